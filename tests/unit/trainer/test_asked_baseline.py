from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.judging.asked_baseline import AskedBaseline
from ratchet_trainer.judging.evaluation import usable
from ratchet_trainer.suites.asking import CannotAskError
from ratchet_trainer.suites.run import Subject
from tests.unit.trainer.baseline_fakes import Known, Newest, Says
from tests.unit.trainer.decision_fakes import NOW, example, version

V = "classification-abababab"
SERVES = "classification-cdcdcdcd"
IMPORTED = [replace(example(n), output=None, version_id="", target_source="imported") for n in range(12)]


def asked(
    says: Says, *, there: Sequence[Example] = (), until: datetime | None = None, model: str = ""
) -> AskedBaseline:
    return AskedBaseline(says, Known(until), Newest(there), model)


LATER = [replace(one, learned_at=NOW + timedelta(days=1)) for one in IMPORTED]


async def test_base_is_the_model_that_gave_most_of_its_latest_answers() -> None:
    models = ["rare", "usual", "usual", "other's"]
    there = [replace(example(100 + n), model=model) for n, model in enumerate(models)]
    there[3] = replace(there[3], version_id=SERVES)
    says = Says()
    found = await asked(says, there=there).answered(version(V), "base", IMPORTED)
    assert (says.asked, found.by, len(found.examples)) == ([Subject(model="usual")], "usual", 12)
    assert len(usable(found.examples, "classification", "base")) == 12
    assert {(one.output, one.latency_ms, one.cost_usd) for one in found.examples} == {("ham", 7.0, 0.5)}
    assert found.spent_usd == 12 * 0.5


async def test_a_setting_names_it_and_without_either_nobody_is_asked() -> None:
    says = Says()
    assert (await asked(says, model="named").answered(version(V), "base", IMPORTED)).by == "named"
    with pytest.raises(CannotAskError, match="TRAINER_BASELINE_MODEL"):
        await asked(says).answered(version(V), "base", IMPORTED)


async def test_a_version_that_serves_is_asked_itself_and_only_what_came_after_its_training() -> None:
    says = Says()
    learned = replace(IMPORTED[0], learned_at=NOW - timedelta(days=1))
    later = replace(IMPORTED[1], learned_at=NOW + timedelta(days=1))
    found = await asked(says, until=NOW).answered(version(V), SERVES, [learned, later])
    assert says.asked == [Subject(version_id=SERVES)]
    assert [one.example_id for one in found.examples] == [later.example_id]
    assert (await asked(says, until=None).answered(version(V), SERVES, [later])).examples == []


async def test_only_as_many_as_are_paid_for_and_none_that_somebody_answered() -> None:
    answered = replace(example(50), target_source="imported")
    found = await asked(Says(most=5), model="m").answered(version(V), "base", [answered, *IMPORTED])
    assert [one.example_id for one in found.examples] == [one.example_id for one in IMPORTED[:5]]


async def test_what_a_student_that_serves_is_not_sure_of_base_answers_as_when_it_serves() -> None:
    says = Says(unsure_of=frozenset({IMPORTED[1].document}))
    found = await asked(says, until=NOW, model="usual").answered(version(V), SERVES, LATER[:3])
    assert says.asked == [Subject(version_id=SERVES), Subject(model="usual")]
    assert [one.latency_ms for one in found.examples] == [7.0, 9.0, 7.0]
    assert {one.version_id for one in found.examples} == {SERVES}


async def test_where_nobody_knows_who_answers_then_such_cases_are_left_out() -> None:
    says = Says(unsure_of=frozenset({IMPORTED[1].document}))
    found = await asked(says, until=NOW).answered(version(V), SERVES, LATER[:3])
    assert [one.example_id for one in found.examples] == [LATER[0].example_id, LATER[2].example_id]
