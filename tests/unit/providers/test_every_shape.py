"""Streams of every provider's shape: however they are cut up they say the same, and what was cut off is no answer."""

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import ProviderError
from ratchet_providers.sse import LINE_LIMIT
from tests.unit.providers.told import SHAPES, Block, Shape, amounts_to, pieces_of

every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


def only(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.name in names], ids=names)


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
ARGUMENTS = st.dictionaries(WORDS, WORDS | st.integers(-9, 9), max_size=2).map(
    lambda given: msgspec.json.encode(given).decode()
)
BLOCKS = st.lists(
    st.tuples(st.just("text"), WORDS) | st.tuples(st.just("thought"), WORDS) | st.tuples(st.just("call"), ARGUMENTS),
    max_size=4,
)
SOME: Sequence[Block] = [("thought", "Hm, Monday?"), ("text", "On Monday — 日."), ("call", '{"of": "Bérn"}')]


def amount(shape: Shape, *bits: bytes, broken: bool = False) -> dict[str, Any] | None:
    """What came of these bits, or None where that was a failure of the provider's."""
    return asyncio.run(arrived(shape, *bits, broken=broken))


async def arrived(shape: Shape, *bits: bytes, broken: bool = False) -> dict[str, Any] | None:
    """The same, for whoever has a loop: to make one takes longer than the answer."""
    try:
        return amounts_to(await pieces_of(shape, bits, broken=broken))
    except ProviderError:
        return None


def whole(amount: dict[str, Any] | None) -> dict[str, Any] | None:
    """Of one in the caller's own shape, without the events themselves: what closes them may be missing."""
    return amount and {name: value for name, value in amount.items() if name != "native"}


@every_shape
@given(data=st.data(), blocks=BLOCKS)
def test_in_whatever_bits_it_comes_it_says_the_same(shape: Shape, data: st.DataObject, blocks: list[Block]) -> None:
    body = shape.tell(blocks).body
    at = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    bits = [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]
    assert amount(shape, *bits) == amount(shape, body) is not None


@every_shape
@given(data=st.data(), blocks=BLOCKS)
def test_what_was_cut_off_is_an_answer_only_where_its_end_had_come(
    shape: Shape, data: st.DataObject, blocks: list[Block]
) -> None:
    told = shape.tell(blocks)
    at, broken = data.draw(st.integers(0, len(told.body))), data.draw(st.booleans())
    found = whole(amount(shape, told.body[:at], broken=broken))
    assert found is None if at < told.whole_from else found in (None, whole(amount(shape, told.body)))


@every_shape
@pytest.mark.parametrize("broken", [False, True])
async def test_it_may_be_cut_at_every_byte(shape: Shape, broken: bool) -> None:
    told = shape.tell(SOME)
    full = whole(await arrived(shape, told.body))
    for at in range(len(told.body)):
        found = whole(await arrived(shape, told.body[:at], broken=broken))
        assert found is None or (at >= told.whole_from and found == full)


@every_shape
def test_once_the_end_has_come_nothing_takes_it_back(shape: Shape) -> None:
    told = shape.tell(SOME)
    full, ended = whole(amount(shape, told.body)), b"".join(told.events[: told.ended + 1])
    for after in (b"", shape.error, shape.malformed, shape.unknown, told.events[told.ended], shape.error[:40]):
        for bits in ([ended + after], [ended, after]):
            assert whole(amount(shape, *bits)) == full
            assert whole(amount(shape, *bits, broken=True)) == full


@every_shape
def test_nothing_is_said_after_the_end(shape: Shape) -> None:
    if shape.name == "gemini":
        pytest.skip("some that speak like Gemini say with each event that it is the last, and go on")
    told = shape.tell(SOME)
    full, again = whole(amount(shape, told.body)), b"".join(told.events)
    assert whole(amount(shape, told.body + again)) == full
    assert whole(amount(shape, told.body, again)) == full


@every_shape
def test_an_error_or_nonsense_before_the_end_is_a_failure(shape: Shape) -> None:
    events = list(shape.tell(SOME).events)
    for wrong in (shape.error, shape.malformed):
        for at in range(shape.tell(SOME).ended):
            assert amount(shape, b"".join([*events[:at], wrong, *events[at:]])) is None
            assert amount(shape, *events[:at], wrong, *events[at:]) is None


@every_shape
def test_what_is_not_known_yet_goes_by(shape: Shape) -> None:
    told = shape.tell(SOME)
    full, events = whole(amount(shape, told.body)), list(told.events)
    for at in range(1, told.ended):
        assert whole(amount(shape, b"".join([*events[:at], shape.unknown, *events[at:]]))) == full


@every_shape
@pytest.mark.parametrize(
    ("blocks", "text", "calls", "finish"),
    [
        ([], "", 0, "stop"),
        ([("text", "")], "", 0, "stop"),
        ([("thought", "Hm.")], "", 0, "stop"),
        ([("call", "{}")], "", 1, "tool_calls"),
        ([("call", '{"a": 1}'), ("call", '{"a": 1}')], "", 2, "tool_calls"),
        ([("text", "a"), ("call", "{}"), ("text", "b")], "ab", 1, "tool_calls"),
        ([("text", "x" * 1_000_000)], "x" * 1_000_000, 0, "stop"),
    ],
    ids=["nothing", "empty text", "thoughts", "a call", "calls", "a mixture", "a megabyte"],
)
def test_every_kind_of_answer_is_one(shape: Shape, blocks: list[Block], text: str, calls: int, finish: str) -> None:
    body = shape.tell(blocks).body
    for bits in ([body], [body[at : at + 50_000] for at in range(0, len(body), 50_000)]):
        found = amount(shape, *bits)
        assert found is not None
        assert (found["text"], len(found["calls"])) == (text, calls if not found["native"] else 0)
        assert found["finish"] == finish


@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES if shape.name in ("anthropic", "bedrock")], ids=lambda shape: shape.name
)
def test_the_input_of_a_call_that_never_began_is_no_answer(shape: Shape) -> None:
    events = list(shape.tell([("text", "Let me see."), ("call", '{"a": 1}')]).events)
    begun = next(number for number, event in enumerate(events) if b"tool" in event.lower())
    assert amount(shape, *events) is not None
    assert amount(shape, *events[:begun], *events[begun + 1 :]) is None


@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES if shape.name in ("openai", "gemini")], ids=lambda shape: shape.name
)
def test_of_several_answers_none_may_be_missing(shape: Shape) -> None:
    two = dataclasses.replace(shape, request=msgspec.structs.replace(shape.request, fields={"n": msgspec.Raw(b"2")}))
    first = b"".join(two.tell(SOME).events[: two.tell(SOME).ended + 1])
    second = first.replace(b'"index":0', b'"index":1')
    assert amount(two, first + second) is not None
    assert amount(two, second, first) is not None
    for cut in (first, second, first + second[: len(second) // 2]):
        assert amount(two, cut) is None
        assert amount(two, cut, broken=True) is None


@every_shape
def test_an_event_without_an_end_is_not_held_without_end(shape: Shape) -> None:
    if shape.name == "bedrock":
        pytest.skip("its frames say their length, and a larger one than AWS sends is refused at once")
    begun = b"data: " + b"x" * 1024 * 1024
    asked_for = iter(range(100))

    class Endless(list[bytes]):
        def pop(self, _: Any = 0) -> bytes:
            next(asked_for)
            return begun

    with pytest.raises(ProviderError) as failed:
        asyncio.run(pieces_of(shape, Endless([begun])))
    assert failed.value.kind == "too_large"
    assert next(asked_for) <= LINE_LIMIT // len(begun) + 2
