from functools import partial
from types import UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

from ratchet_common.events import FeedbackJoined
from ratchet_feedback.answers import Answer, answer_of, counted_for
from ratchet_feedback.cells import Cell
from ratchet_feedback.consumers import on_predictions
from ratchet_feedback.joining import OF_THE_ANSWER, edited, joined
from ratchet_feedback.said import LARGEST_CORRECTIONS, Saved
from ratchet_feedback.scoring import Rating
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import NOW, feedback, prediction


def said(revision: int = 1, **fields: Any) -> Saved:
    return Saved(said=feedback(**fields), revision=revision, said_at=NOW)


def event_id(saved: Saved) -> UUID:
    return joined(saved, answer_of(prediction(result_id=saved.said.result_id))).event_id


def test_an_event_has_the_same_id_whoever_joins_it_and_another_for_each_user_and_revision() -> None:
    result_id = uuid4()
    of = partial(said, result_id=result_id)
    assert event_id(of()) == event_id(of())
    others = [of(), of(revision=2), of(user_id="bob"), of(tenant="else"), said()]
    assert len({event_id(saved) for saved in others}) == len(others)


def test_feedback_on_a_cache_hit_counts_for_its_origin() -> None:
    origin = answer_of(prediction(version_id="summary-0a1b2c3d"))
    hit = answer_of(prediction(cached_from=origin.result_id, version_id="base"))
    assert counted_for(hit, origin) == origin
    assert counted_for(origin, None) == origin


def test_what_the_answer_was_given_from_goes_along() -> None:
    made = prediction(approach="base_rag", documents_read=("d1", "d2"), revisions_read=(1, 3))
    event = joined(said(result_id=made.result_id), answer_of(made))
    assert (event.approach, event.documents_read, event.revisions_read) == ("base_rag", ("d1", "d2"), (1, 3))


def test_a_hit_whose_origin_is_not_known_speaks_for_it() -> None:
    hit = answer_of(prediction(cached_from=uuid4()))
    found = counted_for(hit, None)
    assert (found.result_id, found.output) == (hit.cached_from, hit.output)


def test_nobody_learns_from_a_hit_that_forbids_it() -> None:
    origin = answer_of(prediction())
    assert not counted_for(answer_of(prediction(cached_from=origin.result_id, collect=False)), origin).collect


async def test_more_feedback_than_one_look_takes_is_joined_all_the_same() -> None:
    store, made = InMemoryStore(), prediction()
    for n in range(450):
        await store.save(feedback(result_id=made.result_id, user_id=f"user {n}"))
    await on_predictions([made], store)
    assert len(store.events) == 450


TABLE = "| Q | Revenue |\n|---|---|\n| Q1 | 12 |\n| Q2 | 13 |"


def test_corrected_cells_make_the_whole_answer_as_it_should_have_been() -> None:
    answer = answer_of(prediction(task_type="report", output=TABLE))
    event = joined(said(cells=(Cell("Q2", "Revenue", "14"),)), answer)
    assert event.corrections == {"output": TABLE.replace("| Q2 | 13 |", "| Q2 | 14 |")}
    assert event.score_source == "correction"
    changed = [(one.kind, one.text) for one in edited(event) if one.kind in ("gone", "new")]
    assert changed == [("gone", "13 "), ("new", "14 ")]


def test_cells_that_are_in_no_table_of_the_answer_correct_a_part_of_it() -> None:
    event = joined(said(cells=(Cell("Q9", 2, "14"),)), answer_of(prediction(task_type="report", output=TABLE)))
    assert event.corrections == {"cells": [{"table": 1, "row": "Q9", "column": 2, "value": "14"}]}
    assert event.score_source == "rating"


def test_a_corrected_table_that_is_too_large_to_travel_is_corrected_in_part() -> None:
    long = TABLE + "\n\n" + "x" * LARGEST_CORRECTIONS
    event = joined(said(cells=(Cell("Q2", "Revenue", "14"),)), answer_of(prediction(task_type="report", output=long)))
    assert list(event.corrections) == ["cells"]


def test_what_turned_out_afterwards_outranks_what_was_known_and_what_was_corrected() -> None:
    answer = answer_of(prediction(task_type="qa", output="12", reference="13"))
    event = joined(said(reference="12", corrections={"answer": "14"}), answer)
    assert (event.score, event.score_source, event.reference) == (1.0, "reference", "12")


def test_without_a_rating_the_event_says_so_and_a_correction_has_its_score_all_the_same() -> None:
    answer = answer_of(prediction())
    comment = joined(said(rating=None, comments="Hm."), answer)
    assert (comment.rated, comment.is_scored, comment.rating) == (False, False, "neutral")
    corrected_ = joined(said(rating=None, corrections={"summary": "We ship on Monday."}), answer)
    assert (corrected_.rated, corrected_.is_scored, corrected_.score) == (False, True, 1.0)
    rated = joined(said(rating=Rating.NEUTRAL), answer)
    assert (rated.rated, rated.is_scored, rated.score) == (True, True, 0.5)


def test_stars_are_a_rating_in_finer_steps() -> None:
    answer = answer_of(prediction())
    assert [joined(said(stars=stars), answer).score for stars in (1, 2, 3, 4, 5)] == [0, 0.25, 0.5, 0.75, 1]


def test_what_the_event_has_from_the_answer_is_of_the_same_kind_in_both() -> None:
    has, takes = get_type_hints(Answer), get_type_hints(FeedbackJoined)
    for name in OF_THE_ANSWER:
        kinds = get_args(takes[name]) if isinstance(takes[name], UnionType) else ()
        assert has[name] == takes[name] or has[name] in kinds, name
