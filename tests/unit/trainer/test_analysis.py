"""What reading a dataset through finds: of what is stored, and beside that of what is made."""

from dataclasses import replace

from ratchet_trainer.datasets.analysis import Read, analysed, read_through
from ratchet_trainer.datasets.augmenting import Augment, Plan, augmented
from ratchet_trainer.datasets.dataset import Dropped
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import lesson_of
from ratchet_trainer.formats.tokens import tokens_of
from tests.unit.trainer.decision_fakes import dataset, example

MAILS = [
    replace(
        example(n, "request", output="other", document=f"Dear [PERSON_1],\n\nSend  me report {n}."), pii={"PERSON": 1}
    )
    for n in range(4)
]
MANIFEST = replace(
    dataset([], []).manifest, by_label={"request": 3, "other": 1}, dropped=Dropped(same_text=2, nearly_same_text=5)
)


def test_lengths_words_and_private_values_are_those_of_what_is_stored() -> None:
    read = read_through(MAILS)
    assert (read.examples, read.pii) == (4, {"PERSON": 4})
    assert {"dear", "report", "request"} <= read.words
    assert "person_1" not in read.words
    more = read_through(augmented(MAILS, Plan(Augment(("greeting",), 2), 42)))
    assert (more.examples, more.input_chars, more.words, more.pii) == (4, read.input_chars, read.words, read.pii)
    assert more.made == {"greeting": 4}
    assert read.tokens < more.tokens < 2 * read.tokens


def test_sides_are_told_apart_and_added_up() -> None:
    sides = {Side.TRAIN: read_through(MAILS[:3]), Side.VALIDATION: Read(), Side.TEST: read_through(MAILS[3:])}
    found = analysed(sides, MANIFEST)
    assert (found.total_examples, found.present) == (4, {Side.TRAIN: 3, Side.VALIDATION: 0, Side.TEST: 1})
    assert found.avg_input_length == len(MAILS[0].document)
    assert found.label_balance == {"request": 0.75, "other": 0.25}
    assert (found.duplicates_dropped, found.near_duplicates_dropped) == (2, 5)
    assert found.tokens_estimated == {side: read.tokens for side, read in sides.items()}


def test_a_dataset_of_which_all_is_erased_has_no_lengths() -> None:
    found = analysed({side: Read() for side in Side}, MANIFEST)
    assert (found.total_examples, found.avg_input_length, found.vocabulary_size) == (0, 0.0, 0)


def test_tokens_are_those_of_the_lines_of_a_format() -> None:
    for format_ in FORMATS.values():
        lines = [line for one in MAILS if (line := format_.line(lesson_of(one))) is not None]
        assert tokens_of(MAILS, format_) == sum(-(-len(line) // 4) for line in lines)
    corrected = replace(MAILS[0], target_source="accepted")
    assert tokens_of([corrected], FORMATS["openai_preference"]) == 0
