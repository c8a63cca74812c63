import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.json_bodies import MARK, NO_JSON, OTHER_ENCODING, NotJsonError, read_json

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(anything)
def test_a_body_is_the_same_with_the_mark_and_without(said: Any) -> None:
    body = json.dumps(said).encode()
    assert read_json(body, msgspec.json.decode) == read_json(MARK + body, msgspec.json.decode) == said


@given(
    st.dictionaries(st.text(), anything, min_size=1), st.sampled_from(["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
)
def test_another_encoding_is_told_apart_from_what_is_no_json(said: Any, coding: str) -> None:
    with pytest.raises(NotJsonError, match=OTHER_ENCODING):
        read_json(json.dumps(said).encode(coding), msgspec.json.decode)


@pytest.mark.parametrize("body", [b"", b"{", MARK, MARK + MARK + b"{}", MARK + b"\xff", b"\x00", b"[" * 100_000])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotJsonError, match=NO_JSON):
        read_json(body, msgspec.json.decode)


def test_what_is_json_of_another_form_is_left_to_the_caller() -> None:
    for body in (b"[]", MARK + b"[]"):
        with pytest.raises(msgspec.ValidationError):
            read_json(body, msgspec.json.Decoder(dict[str, int]).decode)
