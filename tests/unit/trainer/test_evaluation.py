import re
from dataclasses import replace

import pytest

from ratchet_scoring.advance import Limits
from ratchet_trainer.collecting.example import Example, TargetSource
from ratchet_trainer.judging.evaluation import Case, Report, cases_of, commonest_label, saved, usable, verdict
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.privacy.spans import Span
from tests.unit.trainer.decision_fakes import example

LIMITS = Limits()


def mails_in(text: str) -> list[Span]:
    return [Span(match.start(), match.end(), "EMAIL", 1.0) for match in re.finditer(r"\S+@\S+\w", text)]


def report(
    cases: list[Case], outputs: list[str], commonest: str | None = "ham", task: str = "classification"
) -> Report:
    answers = [Answer(output, 5.0, 0.0) for output in outputs]
    return verdict(task, cases, answers, commonest, LIMITS, 42, mails_in).report


def cases(examples: list[Example]) -> list[Case]:
    return cases_of(examples, [1.0] * len(examples))


def test_only_answers_that_the_baseline_gave_by_chance_are_compared() -> None:
    there = [
        example(1),
        example(2, version="classification-12345678"),
        example(3, assigned_by="pinned"),
        example(4, assigned_by="share"),
        example(5, output=None),
        example(6, source="sampled"),
    ]
    assert [e.example_id.int for e in usable(there, "classification", "base")] == [1, 4]


@pytest.mark.parametrize(
    ("task", "source", "counts"),
    [
        ("classification", "accepted", True),
        ("summary", "accepted", False),
        ("summary", "correction", True),
        ("summary", "reference", True),
        ("classification", "sampled", False),
    ],
)
def test_of_free_text_an_accepted_answer_is_no_reference(task: str, source: TargetSource, counts: bool) -> None:
    assert bool(usable([example(1, source=source, task_type=task)], task, "base")) is counts


def test_both_answers_are_scored_against_the_reference() -> None:
    found = report(cases([example(n) for n in range(20)]), ["spam"] * 15 + ["ham"] * 5)
    assert (found.candidate.score, found.baseline.score, found.n) == (0.75, 0.0, 20)
    assert found.gain.mean == pytest.approx(0.75)
    assert found.gain.low > 0


def test_cases_weigh_what_they_stand_for() -> None:
    heavy = [replace(case, weight=9.0) if n == 0 else case for n, case in enumerate(cases([example(0), example(1)]))]
    assert report(heavy, ["spam", "ham"]).candidate.score == pytest.approx(0.9)


def test_cases_of_one_document_or_session_are_one_group() -> None:
    same = [replace(example(n), session_hash="s" if n < 3 else None) for n in range(5)]
    same[4] = replace(same[4], document_hash=same[0].document_hash)
    found = cases(same)
    assert len({case.group for case in found}) == 2


def test_the_floor_is_the_score_of_always_answering_the_commonest_training_label() -> None:
    train = [example(n, "ham") for n in range(3)] + [example(n, "spam") for n in range(2)]
    assert commonest_label("classification", train) == "ham"
    assert commonest_label("summary", train) is None
    mixed = cases([example(n, "ham" if n < 6 else "spam") for n in range(10)])
    found = report(mixed, ["ham"] * 10)
    assert found.floor == pytest.approx(0.6)
    assert found.gain_over_floor is not None
    assert found.gain_over_floor.low <= 0


SAYINGS = [f"The {thing} is late by {n} days." for n, thing in enumerate(("plan", "export", "review", "audit") * 5)]


def test_references_that_cannot_tell_answers_apart_prove_nothing() -> None:
    """As good on each case as on any other: so it is where people wrote noise."""
    right = cases([example(n, said, task_type="summary", output=said) for n, said in enumerate(SAYINGS)])
    dealt = SAYINGS[7:] + SAYINGS[:7]
    noise = cases([example(n, said, task_type="summary", output=said) for n, said in enumerate(dealt)])
    told, nothing = (report(asked, SAYINGS, None, "summary") for asked in (right, noise))
    assert told.gain_over_floor is not None
    assert nothing.gain_over_floor is not None
    assert told.gain_over_floor.low > 0
    assert nothing.gain_over_floor.low <= 0
    assert "other requests" in nothing.floor_of


def test_answers_of_one_group_are_no_floor_for_each_other() -> None:
    one = [replace(example(n, said, task_type="summary"), session_hash="s") for n, said in enumerate(SAYINGS[:5])]
    assert report(cases(one), SAYINGS[:5], None, "summary").floor is None


def test_wrong_formats_are_counted_on_both_sides() -> None:
    found = report(cases([example(n, output="") for n in range(3)]), ["", "perhaps spam", "Spam"])
    assert (found.candidate.malformed, found.baseline.malformed) == (2, 3)


def test_private_data_counts_where_the_request_has_none_of_it() -> None:
    asked = replace(
        example(1, "Write to [EMAIL_1].", task_type="summary", output="Nothing."), document="From [PERSON_1] to all."
    )
    answers = ["Write to [EMAIL_1], says [PERSON_1].", "Write to [EMAIL_7]."]
    found = [report(cases([asked]), [answer], None, "summary").candidate.private for answer in answers]
    assert found == [0, 1]


def test_private_data_that_nobody_has_scrubbed_counts_too() -> None:
    asked = example(1, "Write to us.", task_type="summary", output="Nothing.", document="From a@example.com to all.")
    answers = ["Write to A@example.com.", "Write to b@example.com."]
    found = [report(cases([asked]), [answer], None, "summary").candidate.private for answer in answers]
    assert found == [0, 1]


def test_how_relevant_and_complete_answers_are_is_the_weighted_mean() -> None:
    asked = [example(n, "The board approved the budget.", task_type="summary", output="") for n in range(2)]
    asked = [replace(one, document="The board met and approved the budget.") for one in asked]
    found = report(cases_of(asked, [3.0, 1.0]), ["The board approved the budget.", "Trees"], None, "summary")
    assert (found.candidate.relevance, found.candidate.completeness) == (0.75, 0.75)
    assert (found.baseline.relevance, found.baseline.completeness) == (0.0, 0.0)


def test_labels_are_neither_relevant_nor_complete() -> None:
    found = report(cases([example(1)]), ["spam"])
    assert (found.candidate.relevance, found.candidate.completeness) == (None, None)


def test_a_large_slice_that_loses_is_named_and_a_small_one_is_not() -> None:
    mails = [example(n, document_type="email", output="spam") for n in range(30)]
    contracts = [example(n, document_type="contract", output="spam") for n in range(100, 129)]
    others = [example(n) for n in range(200, 300)]
    outputs = ["ham"] * 59 + ["spam"] * 100
    found = report(cases([*mails, *contracts, *others]), outputs)
    assert [(loss.name, loss.n) for loss in found.worse_slices] == [("email", 30)]


def test_nothing_to_compare_says_nothing() -> None:
    found = report([], [])
    assert (found.n, found.gain.low, found.gain.high, found.floor) == (0, -1.0, 1.0, None)


@pytest.mark.parametrize(
    ("candidate", "baseline", "share"), [(0.0, 2.0, 1.0), (1.5, 2.0, 0.25), (3.0, 2.0, -0.5), (0, 0, 0), (1, 0, -1)]
)
def test_what_is_saved_is_a_share_of_what_the_baseline_takes(candidate: float, baseline: float, share: float) -> None:
    assert saved(candidate, baseline) == pytest.approx(share)
