"""The look through a finished file: our own has nothing left, and of another it is told what, without its text."""

import json
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_common.tuned_prompt import TOLD, told
from ratchet_common.workers import Workers
from ratchet_trainer.collecting.preparing import scrubbed_of
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson
from ratchet_trainer.privacy.finding.sought import DIRECTLY, EVERYTHING, Sought
from ratchet_trainer.privacy.rescan import BATCH_BYTES, Left, PrivateDataLeftError, Rescan, left_in, rescanned

PIECES = (
    "Dear Ann Lee,",
    "Hi Priya and Dmitri",
    "From: Marta Kowalczyk <marta@example.com>",
    "call me on 06 12 34 56 78 or 212-555-0143 x12",
    "SSN 536-90-4399, card 4111 1111 1111 1111",
    "12 Baker Street, Apt. 4, London",
    "Nordwind AG",
    "Lee, Ray and Kowalski",
    "in Brussels on Friday",
    "Best regards,\nJohanna Lindqvist",
    "Zoltar: yes\nIngrid: no",
    "he is 45 and Brazilian",
    "[PERSON_7] wrote",
    "Mr. Travis Paris of Zolt",
    "the plan is late",
    "Street",
    "5",
    "\n",
    ",",
    ".",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)


def lines_of(texts: Sequence[str], question: str = "") -> list[bytes]:
    document, answer = texts
    said = told("qa" if question else "summary", document, question)
    made = (form.line(Lesson(said.system, said.user, answer, "no")) for form in FORMATS.values())
    return [line for line in made if line]


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([DIRECTLY, EVERYTHING]))
def test_what_was_scrubbed_has_nothing_left_in_any_format(document: str, answer: str, sought: Sought) -> None:
    texts = scrubbed_of((document, answer), sought).texts
    assert left_in(lines_of(texts), 1, sought) == []


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from([DIRECTLY, EVERYTHING]))
def test_scrubbing_twice_finds_nothing_new(text: str, sought: Sought) -> None:
    once = scrubbed_of((text,), sought)
    twice = scrubbed_of(once.texts, sought)
    assert (twice.texts, twice.found) == (once.texts, {})


def test_what_a_model_is_told_is_not_private() -> None:
    line = json.dumps({"messages": [{"role": "assistant", "content": text} for text in TOLD.values()]}).encode()
    assert left_in([line], 1, EVERYTHING) == []


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_left_is_seen_in_every_format(name: str) -> None:
    line = FORMATS[name].line(Lesson("", "Ann Lee is late", "Late.", "mail ann@example.com"))
    assert line is not None
    assert Left(7, "PERSON", 1) in left_in([line], 7, DIRECTLY)


@pytest.mark.parametrize(
    "line", [b"ann@example.com", b'{"text": "ann@example.com"', b'\xff"ann@example.com"', b'["ann@example.com"]']
)
def test_a_broken_line_is_looked_through_too(line: bytes) -> None:
    assert left_in([line], 1, DIRECTLY) == [Left(1, "EMAIL", 1)]


async def one_by_one(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line


async def test_a_file_is_looked_through_in_worker_processes() -> None:
    clean = json.dumps({"text": "The plan is late. " * 500}).encode()
    lines = [clean] * (2 * BATCH_BYTES // len(clean)) + [
        b'{"text": "Ann Lee and bob@example.com, eve@example.com"}',
        clean,
    ]
    async with Workers(1) as workers:
        rescan = await rescanned(one_by_one(lines), workers)
    assert rescan.lines == len(lines)
    assert rescan.counts == {"EMAIL": 2, "PERSON": 1}
    assert {(one.line, one.kind, one.count) for one in rescan.left} == {
        (len(lines) - 1, "EMAIL", 2),
        (len(lines) - 1, "PERSON", 1),
    }


async def test_an_empty_file_has_nothing_left() -> None:
    async with Workers(1) as workers:
        rescan = await rescanned(one_by_one([]), workers)
    assert rescan == Rescan(0, {}, ())
    rescan.refuse_what_is_left()


def test_an_upload_is_refused_by_kind_and_line_and_without_the_text() -> None:
    rescan = Rescan(9, {"EMAIL": 3}, (Left(2, "EMAIL", 1), Left(5, "EMAIL", 2)))
    with pytest.raises(PrivateDataLeftError, match=r"3 of EMAIL; first in line 2, 5") as raised:
        rescan.refuse_what_is_left()
    assert raised.value.type == "private-data-left"
    assert raised.value.extra["counts"] == {"EMAIL": 3}
    assert raised.value.extra["left"] == [
        {"line": 2, "kind": "EMAIL", "count": 1},
        {"line": 5, "kind": "EMAIL", "count": 2},
    ]
