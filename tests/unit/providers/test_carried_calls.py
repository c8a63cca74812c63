"""What travels at the end of a call's id comes back as it was, or not at all."""

import re
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.carried_calls import MARK, carrying, parted, without

ids = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
extras = st.dictionaries(st.text(max_size=5), st.dictionaries(st.text(max_size=5), st.text(max_size=90)), min_size=1)
ANTHROPICS = re.compile(r"[a-zA-Z0-9_-]+")  # what its API takes for an id


@given(ids, extras)
def test_it_comes_back_as_it_was(call_id: str, extra: dict[str, Any]) -> None:
    given_out = carrying(call_id, extra)
    assert ANTHROPICS.fullmatch(given_out)
    assert parted(given_out) == (call_id, extra)
    assert carrying(call_id, None) == carrying(call_id, msgspec.UNSET) == call_id
    assert parted(call_id) == (call_id, None)


@given(ids, st.text(max_size=30))
def test_an_end_that_is_none_of_ours_is_lost_and_nothing_else(call_id: str, end: str) -> None:
    found, extra = parted(call_id + MARK + end)
    assert found == call_id
    assert extra is None or isinstance(extra, dict)


@given(ids, extras)
def test_what_passes_on_untranslated_holds_the_ids_alone(call_id: str, extra: dict[str, Any]) -> None:
    said = [{"type": "tool_use", "id": carrying(call_id, extra)}, {"tool_use_id": carrying(call_id, extra), "x": "é"}]
    own = [{"type": "tool_use", "id": call_id}, {"tool_use_id": call_id, "x": "é"}]
    assert msgspec.json.decode(without(msgspec.Raw(msgspec.json.encode(said)))) == own
    plain = msgspec.Raw(b'[ {"id": "a"} ]')
    assert without(plain) is plain
