"""A file as a whole: all its faults with their lines, and what its size allows."""

import json

from ratchet_trainer.formats.checking import TOLD, Fault, FileLimits, checked
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson

OPENAI = FORMATS["openai"]
GOOD = OPENAI.line(Lesson("", "Why?", "Because.")) or b""
BAD = json.dumps({"messages": []}).encode() + b"\n"


def test_a_good_file_passes_and_is_counted() -> None:
    found = checked([GOOD] * 12, OPENAI, FileLimits(least_lines=10))
    assert (found.passed, found.lines, found.bytes, found.said()) == (True, 12, 12 * len(GOOD), "")
    assert found.estimated_tokens == -(-found.bytes // 4)


def test_each_wrong_line_is_named_with_its_reason() -> None:
    found = checked([GOOD, BAD, GOOD, b"{\n", b"\n"], OPENAI, FileLimits())
    assert not found.passed
    assert [fault.line for fault in found.faults] == [2, 4, 5]
    assert found.faults[1:] == [Fault(4, "it is no JSON"), Fault(5, "it is empty")]
    assert found.said().startswith("Line 2: its last message must be the assistant's")


def test_of_many_wrong_lines_the_first_are_told_and_the_others_counted() -> None:
    found = checked([BAD] * 1_000, OPENAI, FileLimits())
    assert (len(found.faults), found.wrong) == (TOLD, 1_000)
    assert found.said().endswith(f"{1_000 - TOLD} further lines are wrong.")


def test_a_file_that_is_too_small_or_too_large_is_told_both_numbers() -> None:
    assert "has 9 examples, and at least 10" in checked([GOOD] * 9, OPENAI, FileLimits(least_lines=10)).said()
    assert "has 3 examples, and at most 2" in checked([GOOD] * 3, OPENAI, FileLimits(most_lines=2)).said()
    assert "at most 10 are taken" in checked([GOOD], OPENAI, FileLimits(most_bytes=10)).said()
    assert "at least 1 are needed" in checked([], OPENAI, FileLimits()).said()


def test_an_example_that_is_too_long_for_the_model_is_named() -> None:
    long = OPENAI.line(Lesson("", "why " * 1_000, "Because.")) or b""
    found = checked([GOOD, long], OPENAI, FileLimits(line_tokens=500))
    assert [fault.line for fault in found.faults] == [2]
    assert "an example may have 500" in found.said()
