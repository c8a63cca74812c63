"""Templates for the tests."""

from datetime import datetime
from typing import Any

from ratchet_common.vocabulary import TaskType
from ratchet_router.library import Chosen, Owned, TemplateChanges
from ratchet_router.publishing import Newest
from ratchet_router.shelf import Known, Origin
from ratchet_router.template import Template, Variable, faults
from tests.unit.router.asks import NOW


def template(id_: str = "ours", version: int = 1, task: TaskType = TaskType.SUMMARY, **how: Any) -> Template:
    given: dict[str, Any] = {"system": "Summarise.", "user": "$document", "variables": {"document": Variable()}}
    made = Template(id=id_, version=version, task=task, **given | how)
    assert not faults(made)
    return made


def known(id_: str, origin: Origin = "shipped", version: int = 1, **how: Any) -> Known:
    return Known(template(id_, version, **how), origin)


class FakeTemplateStore:
    """`taken`: versions that somebody else writes just before an insert."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str, int], tuple[Template, bytes]] = {}
        self.live: dict[tuple[str, str], int] = {}
        self.taken: set[int] = set()
        self.asked_since: list[datetime | None] = []

    async def newest(self, tenant: str, id_: str) -> Newest | None:
        found = [version for its, its_id, version in self.versions if (its, its_id) == (tenant, id_)]
        if not found:
            return None
        newest, digest = self.versions[tenant, id_, max(found)]
        return Newest(newest.version, digest, newest.task)

    async def count(self, tenant: str) -> int:
        return sum(its == tenant for its, _, _ in self.versions)

    async def insert(self, tenant: str, template: Template, digest: bytes) -> bool:
        key = (tenant, template.id, template.version)
        if template.version in self.taken:
            self.versions[key] = (template, b"another's")
        return self.versions.setdefault(key, (template, digest)) == (template, digest)

    async def make_live(self, tenant: str, id_: str, version: int) -> None:
        self.live[tenant, id_] = version

    async def make_newest_live(self, tenant: str, id_: str, version: int) -> None:
        self.live[tenant, id_] = max(version, self.live.get((tenant, id_), 0))

    async def template_changes(self, since: datetime | None) -> TemplateChanges:
        self.asked_since.append(since)
        owned = [Owned(tenant, Known(its, "tenant", NOW)) for (tenant, _, _), (its, _) in self.versions.items()]
        chosen = [Chosen(tenant, id_, version) for (tenant, id_), version in self.live.items()]
        return TemplateChanges(owned, chosen, NOW)
