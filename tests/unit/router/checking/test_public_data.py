"""How often the checks are wrong on texts that people wrote; the figures stand in `make bench`."""

import random

import pytest

from ratchet_router.checking.checks import checked
from tests.bench.answer_checks import passes, summaries, tatqa, with_another_digit, worked_out
from tests.bench.public_data import FOLDER

pytestmark = pytest.mark.skipif(
    not (FOLDER / "tatqa").exists(), reason=f"the public data is not in {FOLDER}: set RATCHET_DATA to its folder"
)


def test_figures_that_stand_in_financial_reports_pass_and_changed_ones_do_not() -> None:
    chance, found = random.Random(8), [answer for answer in tatqa() if answer.found][::3]
    assert len(found) > 200
    assert sum(passes(answer.text, answer.document) for answer in found) >= 0.99 * len(found)
    seen = [not passes(with_another_digit(answer.text, chance), answer.document) for answer in found]
    assert sum(seen) >= 0.9 * len(found)


def test_figures_that_people_worked_out_from_two_pass_beside_those_and_changed_ones_do_not() -> None:
    chance, told = random.Random(9), list(worked_out())[::2]
    assert len(told) > 150
    assert sum(passes(one.both + one.figure, one.document) for one in told) >= 0.9 * len(told)
    changed = [one.both + with_another_digit(one.figure, chance) for one in told]
    seen = [not passes(text, one.document) for text, one in zip(changed, told, strict=True)]
    assert sum(seen) >= 0.9 * len(told)


def test_summaries_by_people_of_meetings_pass() -> None:
    subjects = summaries()[::5]
    failed = [check.name for one in subjects for check in checked(one) if not check.passed]
    assert len(subjects) > 250
    assert len(failed) <= 0.03 * len(subjects)
    assert set(failed) <= {"numbers"}
