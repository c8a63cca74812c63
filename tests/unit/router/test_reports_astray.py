"""A report whose passages have none of the names, or none of the years, that it is asked about."""

from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Ask
from ratchet_router.grounding.going_on import NOT_FOUND
from tests.unit.router.fakes import World
from tests.unit.router.knowledge import REPORT, SALES, Library
from tests.unit.router.test_grounded_answers import answered, asked, tuned, world

MONGOLIA = "What is the capital of Mongolia?"
CITED = 'Net sales were 81,797 million [1: "Net sales were 81,797 million"].'


def report(question: str, computed: str = "") -> Ask:
    its = asked(question)
    return replace(its, task_type=TaskType.REPORT, question=f"{question}{computed}")


def made(said: str, *, simulated: bool = False) -> World:
    its = world(said, Library([REPORT]))
    for model in its.models.values():
        model.simulated, model.confidence = simulated, None
    return its


@pytest.mark.parametrize(("said", "simulated"), [(SALES, True), (CITED, True), ("Ulaanbaatar, since 1778.", False)])
async def test_what_points_to_nothing_or_reads_nothing_is_not_given(said: str, *, simulated: bool) -> None:
    its = made(said, simulated=simulated)
    its.parts.retrieves.sources = [replace(REPORT, text=f"{SALES} The capital was raised.")]  # type: ignore[attr-defined]
    found = await answered(its, report(MONGOLIA))
    assert (found.output, found.found, found.confidence) == (NOT_FOUND, False, None)


async def test_what_is_cited_all_the_same_fails_a_check_and_is_less_sure() -> None:
    for question, passes in (("What is the capital of Mongolia, or net sales?", False), ("Report on net sales.", True)):
        found = await answered(made(CITED), report(question))
        assert {one.name: one.passed for one in found.checks}["about"] is passes
        assert found.output == CITED
        assert found.confidence is not None
        assert (found.confidence > 0.5) is passes


async def test_what_a_reader_picks_of_another_company_is_no_report() -> None:
    its = world("The text does not say.", Library([REPORT]))
    await its.knows([tuned()])
    its.student.output, its.student.confidence, its.student.picks = "82,959 million", 0.95, "82,959"
    assert (await answered(its, report("What were the net sales of Zentrix?"))).output == NOT_FOUND


@pytest.mark.parametrize(
    "computed", ["", "\n\nThese figures were computed for it.\nThe return of Zentrix is 4 % [F1]."]
)
async def test_names_may_stand_in_what_was_computed(computed: str) -> None:
    its: Any = made(SALES, simulated=True)
    found = await answered(its, report("How did net sales and Zentrix do?", computed))
    assert found.found is bool(computed)


async def test_a_report_need_not_have_the_words_of_its_question() -> None:
    found = await answered(made(SALES, simulated=True), report("Please write up how sales went, for somebody busy."))
    assert found.found
