"""A model is not to be judged by what it has learned: seen on finished sides, and in files of every format."""

import pytest

from ratchet_trainer.datasets.overlap import (
    TOLD,
    Overlap,
    OverlapError,
    asked_in,
    held_out_in_training,
    overlaps,
    refuse_overlaps,
)
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson
from tests.unit.trainer.test_composing import document, head


def line(text: str, format_: str = "openai", system: str = "Summarise.") -> bytes:
    return FORMATS[format_].line(Lesson(system, text, "An answer.", "Another one.")) or b""


def test_finished_sides_that_share_a_document_or_nearly_are_seen() -> None:
    heads = [head(n, document(n)) for n in range(6)] + [head(6, document(0)), head(7, document(1, other=5))]
    apart = {one.example_id: Side.TRAIN for one in heads}
    assert held_out_in_training(heads, apart, 0.85) == 0
    assert held_out_in_training(heads, apart | {heads[6].example_id: Side.TEST}, 0.85) == 1
    assert held_out_in_training(heads, apart | {heads[7].example_id: Side.VALIDATION}, 0.85) == 1


def test_what_is_on_no_side_overlaps_with_nothing() -> None:
    heads = [head(0, document(0)), head(1, document(0))]
    assert held_out_in_training(heads, {heads[0].example_id: Side.TEST}, 0.85) == 0


@pytest.mark.parametrize("format_", FORMATS)
def test_lines_of_two_files_that_ask_the_same_are_named(format_: str) -> None:
    train = [line(document(n), format_) for n in range(5)]
    held_out = [line(document(7), format_), line(document(3).upper(), format_), line(document(2, other=9), format_)]
    assert overlaps(train, held_out, 0.85) == [Overlap(2, 4, same=True), Overlap(3, 3, same=False)]


def test_files_may_be_of_different_formats() -> None:
    assert overlaps([line(document(1), "gemini")], [line(document(1), "chat")], 0.85) == [Overlap(1, 1, same=True)]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"messages": 3}', b"\xff", b'{"messages": []}', b"{}"])
def test_a_line_that_is_no_example_overlaps_with_nothing(broken: bytes) -> None:
    assert asked_in(broken) == ""
    assert overlaps([broken, line(document(1))], [broken, line(document(2))], 0.85) == []


def test_empty_files_overlap_with_nothing() -> None:
    assert overlaps([], [line(document(1))], 0.85) == []
    assert overlaps([line(document(1))], [], 0.85) == []


def test_the_refusal_names_the_lines_and_no_text() -> None:
    refuse_overlaps([])
    with pytest.raises(OverlapError) as refused:
        refuse_overlaps([Overlap(2, 4, same=True), *[Overlap(n, n, same=False) for n in range(9)]])
    assert "line 2 is line 4 of the training file; line 0 is nearly line 0" in refused.value.detail
    assert f"and {10 - TOLD} more" in refused.value.detail


def test_parts_of_a_message_are_read_too() -> None:
    parts = b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "Pay."}, {"type": "image_url"}]}]}'
    assert asked_in(parts) == "Pay."
