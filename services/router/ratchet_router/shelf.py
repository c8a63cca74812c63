"""The templates that somebody may use, each in all its versions, and which of them is live. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from ratchet_common.vocabulary import TaskType
from ratchet_router.template import Template

Origin = Literal["tenant", "operator", "shipped"]
NEAREST: Final[Mapping[Origin, int]] = {"tenant": 0, "operator": 1, "shipped": 2}  # whose templates go first

Versions = Mapping[str, Mapping[int, "Known"]]  # by id and version


@dataclass(frozen=True, slots=True)
class Known:
    """A version of a template, and who put it there."""

    template: Template
    origin: Origin
    created_at: datetime | None = None


@dataclass(frozen=True)
class Shelf:
    """`live`: by id, the version that is used where a request names none. An id without one is used by name alone."""

    versions: Versions
    live: Mapping[str, int]

    @cached_property
    def _by_task(self) -> Mapping[TaskType, Sequence[Known]]:
        found: dict[TaskType, list[Known]] = defaultdict(list)
        for id_, version in self.live.items():
            known = self.versions[id_][version]
            found[known.template.task].append(known)
        return found

    def of_task(self, task: TaskType) -> Sequence[Known]:
        """The live versions of the templates for a task."""
        return self._by_task.get(task, ())

    def get(self, id_: str, version: int) -> Known | None:
        return self.versions.get(id_, {}).get(version)


def of_files(known: Iterable[Known]) -> Shelf:
    """The highest version of each is live."""
    versions = _together({}, known)
    return Shelf(versions, {id_: max(its) for id_, its in versions.items()})


def of_tenant(below: Shelf, own: Iterable[Known], chosen: Mapping[str, int]) -> Shelf:
    """What everybody has, and over it the tenant's own; `chosen`: the versions that the tenant made live."""
    versions = _together(below.versions, own)
    there = {id_: version for id_, version in chosen.items() if version in versions.get(id_, {})}
    return Shelf(versions, {**below.live, **there})


def _together(below: Versions, known: Iterable[Known]) -> dict[str, dict[int, Known]]:
    versions = {id_: dict(its) for id_, its in below.items()}
    for one in known:
        versions.setdefault(one.template.id, {})[one.template.version] = one
    return versions
