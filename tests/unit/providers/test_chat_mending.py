"""Whatever JSON stands in place of a chunk or an answer: it is understood, or it is a provider's failure."""

from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import ProviderError
from ratchet_providers.chat_answer import understood
from ratchet_providers.chat_stream import ChatStream
from ratchet_providers.sse import Event
from tests.unit.providers.test_streams import asked

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


def perhaps(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Each field as it should be, as something else, or missing."""
    return st.fixed_dictionaries({}, optional={name: known | anything for name, known in fields.items()})


function = perhaps(name=st.sampled_from(["a", "b"]), arguments=st.text())
calls = st.lists(perhaps(index=st.integers(0, 3), id=st.sampled_from(["x", "y", ""]), function=function), max_size=3)
message = perhaps(role=st.just("assistant"), content=st.text(), tool_calls=calls)
counts = perhaps(prompt_tokens=st.integers(0, 9), completion_tokens=st.floats(0, 9))
choice = perhaps(index=st.integers(0, 2), delta=message, message=message, finish_reason=st.sampled_from(["stop", ""]))
frame = {"id": st.text(), "object": st.just("chat.completion"), "created": st.integers(), "model": st.text()}
answers = perhaps(**frame, choices=st.lists(choice, max_size=3), usage=counts)


@given(st.lists(answers, max_size=5))
def test_a_chunk_is_understood_or_a_failure(chunks: list[dict[str, Any]]) -> None:
    stream = ChatStream()
    with suppress(ProviderError):
        for chunk in chunks:
            for piece in stream.pieces([Event("", msgspec.json.encode(chunk))]):
                assert isinstance(msgspec.json.decode(piece.data)["choices"], list)


@given(answers)
def test_an_answer_is_understood_or_a_failure(answer: dict[str, Any]) -> None:
    with suppress(ProviderError):
        understood(msgspec.json.encode(answer), asked())


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=2), min_size=1, max_size=8))
def test_calls_are_numbered_from_none_without_a_gap(deltas: list[list[int]]) -> None:
    stream, numbers = ChatStream(), set()
    for delta in deltas:
        said = [{"id": f"call_{number}", "function": {"name": "f", "arguments": "{}"}} for number in delta]
        chunk = {"choices": [{"index": 0, "delta": {"tool_calls": said}}]}
        for piece in stream.pieces([Event("", msgspec.json.encode(chunk))]):
            assert piece.chunk is not None
            numbers |= {call.index for choice in piece.chunk.choices for call in choice.delta.tool_calls or []}
    assert numbers == set(range(len({number for delta in deltas for number in delta})))
