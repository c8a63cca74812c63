from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Ask, Example
from ratchet_router.best_answers import BestAnswersOffError, Word, chosen, keep_best, word_of
from ratchet_router.grounding.heading import headed
from ratchet_router.template import Template
from ratchet_scoring.scorers import render_target
from tests.unit.router.asks import NOW, ask
from tests.unit.router.fakes import World, settings
from tests.unit.router.joined import joined
from tests.unit.router.knowledge import LEASE, REPORT
from tests.unit.router.templates import template


def examples(words: list[Word], count: int = 5, one: Template | None = None, **how: Any) -> tuple[Example, ...]:
    asked: Ask = ask(**{"task_type": TaskType.SUMMARY, "labels": ()} | how)
    return chosen(words, asked, one, count)


@pytest.mark.parametrize(
    ("how", "shown", "doubted"),
    [
        ({}, True, False),
        ({"score": 0.89}, False, True),
        ({"score": 0.5, "rating": "neutral"}, False, True),
        ({"score": 0.5, "rating": "neutral", "rated": False}, False, False),
        ({"score": 0.5, "rating": "neutral", "rated": False, "corrections": {"date": "Friday"}}, False, True),
        ({"score": 0.95, "score_source": "reference"}, True, False),
        ({"score": 0.95, "score_source": "judge"}, False, False),
        ({"issues": ("too_long",)}, False, False),
        ({"corrections": {"second_paragraph": "better"}}, False, False),
        ({"output": None}, False, False),
        ({"output": "x" * 2_001}, False, False),
        ({"document": "x" * 4_001}, False, False),
        ({"document": " "}, False, False),
        ({"question": "x" * 1_001}, False, False),
        ({"input": msgspec.Raw(b'"no messages"')}, False, False),
        ({"document": headed(1, LEASE), "corrections": {"summary": "It is 4.5 percent."}}, False, False),
        ({"document": headed(1, REPORT)}, False, False),
        ({"document": "[1] The rate is agreed on page 3.\n"}, True, False),
    ],
)
def test_what_people_accepted_without_a_flaw_is_shown(how: dict[str, Any], shown: bool, doubted: bool) -> None:
    word = word_of(joined(**how))
    assert (word.shown is not None, word.doubted) == (shown, doubted)


@pytest.mark.parametrize(
    ("task", "field", "correction"),
    [
        ("summary", "summary", " We ship on Friday. "),
        ("classification", "label", "risk"),
        ("action_items", "items", ["Ship it", {"task": "Call", "owner": "Ann"}]),
        ("entities", "entities", []),
        ("qa", "value", 12),
    ],
)
def test_what_people_wrote_is_shown_as_it_is_learned_from(task: str, field: str, correction: object) -> None:
    word = word_of(
        joined(task_type=task, score=0.1, score_source="correction", rating="negative", corrections={field: correction})
    )
    assert word.shown is not None
    assert (word.shown.output, word.shown.corrected, word.doubted) == (render_target(task, correction), True, False)


def test_a_label_that_was_not_asked_for_is_no_example() -> None:
    said = joined(task_type="classification", labels=("a", "b"), corrections={"label": "c"}, score_source="correction")
    assert word_of(said).shown is None


async def test_what_nobody_may_learn_from_is_not_kept() -> None:
    world = World()
    await keep_best(world.best, [joined(collect=False), joined(text_omitted="too_large")])
    assert not world.best.words


async def test_a_later_word_takes_an_earlier_one_back() -> None:
    world, said = World(), joined()
    later = msgspec.structs.replace(said, revision=2, score=0.0, rating="negative")
    for events in ([said], [later], [said]):
        await keep_best(world.best, events)
    assert not await world.best.of("acme", "summary", None)


async def test_what_one_doubts_nobody_elses_liking_makes_an_example_but_a_correction_is() -> None:
    world, said = World(), joined()
    doubt = msgspec.structs.replace(said, user_id="bob", score=0.0, rating="negative")
    await keep_best(world.best, [said, doubt])
    assert not await world.best.of("acme", "summary", None)
    corrected = msgspec.structs.replace(
        said, user_id="cy", corrections={"summary": "Right."}, score_source="correction", score=0.2
    )
    await keep_best(world.best, [corrected])
    (word,) = await world.best.of("acme", "summary", None)
    assert word.shown is not None
    assert word.shown.output == "Right."


def test_the_very_best_stands_next_to_the_request_and_each_text_once() -> None:
    words = [word_of(joined(text)) for text in ("One.", "Two.", "Two.", "Three.")]
    assert [example.input for example in examples(words, 2)] == ["Two.", "One."]
    assert [example.input for example in examples(words)] == ["Three.", "Two.", "One."]


def test_an_example_has_the_form_and_the_labels_that_the_request_wants() -> None:
    as_json = template(output_schema='{"type": "object"}')
    words = [word_of(joined("One.", output='{"a": 1}')), word_of(joined("Two.", output="risk"))]
    assert [example.input for example in examples(words, one=as_json)] == ["One."]
    assert [example.input for example in examples(words, one=template())] == ["Two."]
    assert not examples(words, one=template(), labels=("a", "b"))
    assert len(examples(words, one=template(), labels=("a", "risk"))) == 1


async def test_the_kind_and_the_tenant_have_to_be_the_same() -> None:
    world = World(settings=settings(best_answers=20))
    kept = [
        joined("Ours."),
        joined("Theirs.", tenant="other"),
        joined("A mail.", document_type="email"),
        joined("A question.", "Why?", task_type="qa"),
    ]
    await keep_best(world.best, kept)
    found = await world.parts.best_examples(ask(task_type=TaskType.SUMMARY, labels=()), 5)
    assert [example.input for example in found] == ["Ours."]
    (asked,) = await world.parts.best_examples(ask(task_type=TaskType.QA, labels=()), 5)
    assert asked == Example("A question.", "Short: A question.", "Why?")


async def test_where_none_are_kept_that_is_said() -> None:
    with pytest.raises(BestAnswersOffError, match="ROUTER_BEST_ANSWERS"):
        await World().parts.best_examples(ask(), 3)


def test_a_hit_and_its_origin_are_spoken_of_apart() -> None:
    hit = uuid4()
    word = word_of(joined(via=hit, answered_at=NOW - timedelta(days=1)))
    assert word.about == hit != word.result_id
