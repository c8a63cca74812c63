"""Answers of any kind, whole and in any chunks, for the property tests."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ratchet_providers.base import Piece
from tests.unit.router.responses.said import call, chunk

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
NAMES = st.text(alphabet="abcxyz_", min_size=1, max_size=8)
OBJECTS = st.dictionaries(TEXT, st.integers(-9, 9) | TEXT, max_size=3)
ARGUMENTS = st.builds(json.dumps, OBJECTS) | st.just("")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: the fields of its message, how it ended, and chunks that amount to it."""

    message: dict[str, Any]
    finish: str
    pieces: list[Piece]


@st.composite
def bits(draw: st.DrawFn, text: str) -> list[str]:
    """The text in pieces, some of them empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def calls(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Whole calls, and their pieces: each begins after those before it, and the rest in any order."""
    whole: list[dict[str, Any]] = [
        {"id": f"call_{n}", "type": "function", "function": {"name": draw(NAMES), "arguments": draw(ARGUMENTS)}}
        for n in range(draw(st.integers(0, 4)))
    ]
    waiting: list[list[dict[str, Any]]] = [
        [call(n, first, id=one["id"], name=one["function"]["name"]), *(call(n, bit) for bit in rest)]
        for n, one in enumerate(whole)
        for first, *rest in [draw(bits(one["function"]["arguments"]))]
    ]
    told: list[dict[str, Any]] = []
    begun = 0
    while any(waiting):
        may = [n for n, left in enumerate(waiting) if left and n <= begun]
        number = draw(st.sampled_from(may))
        begun = max(begun, number + 1)
        told.append(waiting[number].pop(0))
    return whole, told


@st.composite
def answers(draw: st.DrawFn) -> Said:
    reasoning, content, refusal = draw(TEXT), draw(TEXT), draw(st.just("") | TEXT)
    whole, told = draw(calls())
    finish = draw(st.sampled_from(["stop", "tool_calls", "length", "content_filter"]))
    message: dict[str, Any] = {"content": content or None}
    message |= {"reasoning_content": reasoning} if reasoning else {}
    message |= {"refusal": refusal} if refusal else {}
    message |= {"tool_calls": whole} if whole else {}
    pieces = [chunk(role="assistant", content="")]
    pieces += [chunk(reasoning_content=bit) for bit in draw(bits(reasoning))]
    pieces += [chunk(content=bit) for bit in draw(bits(content))]
    pieces += [chunk(refusal=bit) for bit in draw(bits(refusal))]
    pieces += [chunk(tool_calls=[piece]) for piece in told]
    return Said(message, finish, [*pieces, chunk(finish)])
