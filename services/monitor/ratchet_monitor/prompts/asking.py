"""Use cases: what is asked of templates is read from days and hours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ratchet_common.errors import RefusedError
from ratchet_monitor.blocks import DAY, Blocks, blocks_of
from ratchet_monitor.buckets import Kind
from ratchet_monitor.counted import Counted
from ratchet_monitor.counting import Buckets, count
from ratchet_monitor.hours import HOUR, day_of
from ratchet_monitor.prompts.grouping import together, uses_of
from ratchet_monitor.prompts.names import is_named
from ratchet_monitor.prompts.uses import Uses
from ratchet_monitor.studies.study import Study

MOST_BLOCKS: Final = 31  # thirty days, and today


class TemplatesOverlapError(RefusedError):
    type = "templates-overlap"
    title = "The same answers would stand on both sides"


@dataclass(frozen=True, slots=True)
class Asked:
    """Empty: all of them."""

    template: str = ""
    task_type: str = ""
    document_type: str = ""

    def wanted(self, task_type: str, kind: Kind) -> bool:
        return (
            bool(kind.template)
            and self.task_type in ("", task_type)
            and self.document_type in ("", kind.document_type)
            and (not self.template or is_named(self.template, kind.template))
        )


def time_of(days: int, now: datetime) -> Blocks:
    """Whole days by UTC, and today so far."""
    return blocks_of(day_of(now) - days * DAY, now.replace(minute=0, second=0, microsecond=0) + HOUR, MOST_BLOCKS)


async def uses_within(buckets: Buckets, tenant: str, blocks: Blocks, asked: Asked) -> dict[str, Uses]:
    """By the template's name with its version."""
    counted = Counted(blocks, asked.wanted)
    await count(counted, buckets, tenant, asked.task_type)
    return uses_of(counted)


def of_each(found: Mapping[str, Uses], asked: Sequence[str]) -> dict[str, Uses]:
    """The answers of each template that is asked for. Raises TemplatesOverlapError."""
    taken: dict[str, str] = {}
    each: dict[str, Uses] = {}
    for name in asked:
        its = [used for used in found if is_named(name, used)]
        both = next((used for used in its if used in taken), None)
        if both is not None or name in each:
            raise TemplatesOverlapError(
                f"{name} and {taken.get(both or '', name)} stand for the same answers: name different templates, or "
                "different versions of one.",
                field="template_ids",
            )
        taken |= dict.fromkeys(its, name)
        each[name] = together(found[used] for used in its)
    return each


@dataclass(frozen=True, slots=True)
class Trial:
    """An experiment that compared these templates: there units were drawn. `winner`: a template, or empty."""

    experiment_id: str
    name: str
    task_type: str
    state: str
    winner: str
    why: str


def trials_of(studies: Collection[Study], asked: Sequence[str]) -> list[Trial]:
    """Those in which at least two of the templates are arms."""
    return [_trial(study) for study in studies if _named_in(study, asked) > 1]


def _named_in(study: Study, asked: Sequence[str]) -> int:
    arms = [arm.template for arm in study.arms if arm.template]
    return sum(any(is_named(name, arm) or is_named(arm, name) for arm in arms) for name in asked)


def _trial(study: Study) -> Trial:
    ended, finding = study.ended, study.finding
    return Trial(
        experiment_id=study.experiment_id,
        name=study.name,
        task_type=study.task_type,
        state=study.state.value,
        winner=next((arm.template for arm in study.arms if ended and arm.name == ended.arm), ""),
        why=ended.why if ended else finding.why if finding else "",
    )
