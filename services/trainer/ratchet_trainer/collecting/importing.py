"""Use case: examples from outside, many at once, line by line: taken, there already, or refused with the reason."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_trainer.collecting.collection import Collector, Word
from ratchet_trainer.collecting.drafts import Draft, Refused
from ratchet_trainer.collecting.imports import (
    Brought,
    NothingToLearnError,
    Unreadable,
    draft_of,
    kept_apart,
    refusal_of,
    why_not,
)
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.formats.checking import Fault

Spare = Callable[[str, Sequence[Word]], Awaitable[None]]  # takes back what is of users who were forgotten meanwhile


class Known(Protocol):
    async def among(self, tenant: str, example_ids: Collection[UUID]) -> set[UUID]:
        """Those that are there as examples."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One that was taken, or would be. `pii`: distinct private values that were taken out of it, by kind."""

    line: int
    example_id: UUID
    task_type: str
    pii: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Imported:
    """`already_there` counts repeated lines too."""

    lines: int = 0
    already_there: int = 0
    examples: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return len(self.examples)

    @property
    def by_task(self) -> Counter[str]:
        return Counter(one.task_type for one in self.examples)

    @property
    def pii_found(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.examples:
            found.update(one.pii)
        return found


@dataclass(frozen=True)
class Importing:
    collector: Collector
    known: Known
    spare: Spare

    async def one(self, brought: Brought, now: datetime) -> Learned:
        """Raises NothingToLearnError; what is refused is counted."""
        draft = draft_of(brought, self.collector.hashes, now)
        word = draft if isinstance(draft, Refused) else (await self._scrubbed([draft]))[0]
        await self._keep(brought.tenant, [word])
        if not isinstance(word, Learned):
            raise NothingToLearnError(word.reason)
        return word

    async def many(
        self, tenant: str, given: Sequence[Brought | Unreadable], now: datetime, *, dry_run: bool
    ) -> Imported:
        """`given`: line by line. A dry run scrubs and counts, and stores nothing."""
        found = Imported(lines=len(given))
        drafts: dict[int, Draft] = {}
        refused: list[Word] = []
        for line, one in enumerate(given, 1):
            read = self._read(one, now)
            if isinstance(read, Draft):
                drafts[line] = read
            else:
                refused.append(read)
                found.faults.append(Fault(line, one.why if isinstance(one, Unreadable) else why_not(read.reason)))
        words = dict(zip(drafts, await self._scrubbed(list(drafts.values())), strict=True))
        there = await self.known.among(tenant, [word.about.example_id for word in words.values()])
        new = [word for line, word in words.items() if _is_new(line, word, there, found)]
        if not dry_run:
            await self._keep(tenant, [*new, *refused])
        found.faults.sort(key=lambda fault: fault.line)
        return found

    def _read(self, one: Brought | Unreadable, now: datetime) -> Draft | Refused:
        if isinstance(one, Unreadable):
            return refusal_of(one, self.collector.hashes, now)
        return draft_of(one, self.collector.hashes, now)

    async def _scrubbed(self, drafts: Sequence[Draft]) -> list[Word]:
        words = await self.collector.scrubbed(drafts)
        return [word if isinstance(word, Learned) else kept_apart(word) for word in words]

    async def _keep(self, tenant: str, words: Sequence[Word]) -> None:
        await self.collector.examples.write(words)
        await self.spare(tenant, words)


def _is_new(line: int, word: Word, there: set[UUID], found: Imported) -> bool:
    """Whether it is to be stored: what is refused is counted, once. Notes what becomes of the line."""
    if not isinstance(word, Learned):
        found.faults.append(Fault(line, why_not(word.reason)))
        return True
    if word.about.example_id in there:
        found.already_there += 1
        return False
    there.add(word.about.example_id)
    found.examples.append(Taken(line, word.about.example_id, word.example.task_type, word.example.pii))
    return True
