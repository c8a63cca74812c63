"""Templates for the tests."""

from typing import Any

from ratchet_common.vocabulary import TaskType
from ratchet_router.shelf import Known, Origin
from ratchet_router.template import Template, Variable, faults


def template(id_: str = "ours", version: int = 1, task: TaskType = TaskType.SUMMARY, **how: Any) -> Template:
    given: dict[str, Any] = {"system": "Summarise.", "user": "$document", "variables": {"document": Variable()}}
    made = Template(id=id_, version=version, task=task, **given | how)
    assert not faults(made)
    return made


def known(id_: str, origin: Origin = "shipped", version: int = 1, **how: Any) -> Known:
    return Known(template(id_, version, **how), origin)
