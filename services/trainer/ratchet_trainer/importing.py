"""Use case: examples from outside, many at once, line by line: taken, there already, or refused with the reason."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_trainer.collection import Collector, Word
from ratchet_trainer.drafts import Draft
from ratchet_trainer.formats.checking import Fault
from ratchet_trainer.imports import Brought, NothingToLearnError, draft_of, why_not
from ratchet_trainer.learning import Learned


class Known(Protocol):
    async def among(self, tenant: str, example_ids: Collection[UUID]) -> set[UUID]:
        """Those that are there as examples."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """`already_there` counts repeated lines too. `pii_found`: in what was taken, distinct private values by kind."""

    lines: int = 0
    taken: int = 0
    already_there: int = 0
    by_task: Counter[str] = field(default_factory=Counter)
    pii_found: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


async def imported(
    tenant: str, given: Sequence[Brought | str], now: datetime, *, collector: Collector, known: Known, dry_run: bool
) -> Imported:
    """`given`: by line what it says, or why it could not be read. A dry run scrubs and counts, and stores nothing."""
    found = Imported(lines=len(given))
    drafts = _drafts(given, collector, now, found)
    words = await collector.scrubbed(list(drafts.values()))
    there = await known.among(tenant, [word.about.example_id for word in words])
    new: list[Word] = []
    for line, word in zip(drafts, words, strict=True):
        if not isinstance(word, Learned):
            found.faults.append(Fault(line, why_not(word.reason)))
        elif word.about.example_id in there:
            found.already_there += 1
        else:
            there.add(word.about.example_id)
            new.append(word)
            _count(word, found)
    if not dry_run:
        await collector.examples.write(new)
    found.faults.sort(key=lambda fault: fault.line)
    return found


def _drafts(given: Sequence[Brought | str], collector: Collector, now: datetime, found: Imported) -> dict[int, Draft]:
    """By line. Those that are none are noted."""
    drafts: dict[int, Draft] = {}
    for line, one in enumerate(given, 1):
        if isinstance(one, str):
            found.faults.append(Fault(line, one))
            continue
        try:
            drafts[line] = draft_of(one, collector.hashes, now)
        except NothingToLearnError as error:
            found.faults.append(Fault(line, why_not(error.reason)))
    return drafts


def _count(word: Learned, found: Imported) -> None:
    found.taken += 1
    found.by_task[word.example.task_type] += 1
    found.pii_found.update(word.example.pii)
