"""What became of documents, in memory, for the tests of what is learned from them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ratchet_trainer.documents.following import Following
from ratchet_trainer.documents.resting import Fate


@dataclass
class InMemoryFates:
    known: dict[tuple[str, str], Fate] = field(default_factory=dict)

    async def note(self, tenant: str, fates: Collection[Fate]) -> None:
        for fate in fates:
            there = self.known.get((tenant, fate.document_id), Fate(fate.document_id))
            newer = max(there, fate, key=lambda one: one.served_since)
            deleted = there.deleted_at or fate.deleted_at
            self.known[tenant, fate.document_id] = Fate(fate.document_id, deleted, newer.served_since, newer.changed_at)

    async def of(self, tenant: str, document_ids: Collection[str]) -> dict[str, Fate]:
        return {one: self.known[tenant, one] for one in document_ids if (tenant, one) in self.known}


@dataclass
class Followed:
    """What was asked of the traces and the marks."""

    taken_out: list[str] = field(default_factory=list)
    set_aside: list[tuple[str, int]] = field(default_factory=list)
    examples_taken_out: list[UUID] = field(default_factory=list)
    examples_set_aside: list[UUID] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)


@dataclass
class InMemoryTraces:
    followed: Followed

    async def take_out(self, tenant: str, document_id: str) -> None:  # noqa: ARG002  as Traces
        self.followed.taken_out.append(document_id)

    async def set_aside(self, tenant: str, fate: Fate) -> None:  # noqa: ARG002  as Traces
        self.followed.set_aside.append((fate.document_id, fate.served_since))

    async def take_out_examples(self, tenant: str, refs: Sequence[tuple[UUID, int]]) -> None:  # noqa: ARG002  as Traces
        self.followed.examples_taken_out += [example_id for example_id, _ in refs]

    async def set_aside_examples(self, tenant: str, refs: Sequence[tuple[UUID, int]]) -> None:  # noqa: ARG002  as Traces
        self.followed.examples_set_aside += [example_id for example_id, _ in refs]

    async def mark(self, tenant: str, fates: Collection[Fate]) -> None:  # noqa: ARG002  as Marks
        self.followed.marked += [fate.document_id for fate in fates]


def following(fates: InMemoryFates | None = None) -> tuple[Following, Followed]:
    followed = Followed()
    traces = InMemoryTraces(followed)
    return Following(fates or InMemoryFates(), traces, traces), followed
