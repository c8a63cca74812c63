"""Use case: somebody brings a suite. Its texts are scrubbed before it is stored, each case by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from ratchet_trainer.collecting.collection import Prepare
from ratchet_trainer.suites.reading import suite_id_of, suite_of
from ratchet_trainer.suites.suite import Case, Suite
from ratchet_trainer.suites.texts import texts_of, with_texts

CHARS_AT_ONCE = 200_000  # in one call to a worker process


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSuite:
    """`pii`: distinct private values that were taken out, by kind."""

    suite_id: str
    tenant: str
    name: str
    task_type: str
    cases: int
    tags: Mapping[str, int]
    pii: Mapping[str, int]
    created_at: datetime
    made_by: str


class NewSuites(Protocol):
    async def add(self, kept: KeptSuite, suite: Suite) -> None:
        """Under its own name, once."""

    async def get(self, tenant: str, suite_id: str) -> tuple[KeptSuite, Suite]: ...


async def bring(body: bytes, tenant: str, who: str, now: datetime, *, prepare: Prepare, suites: NewSuites) -> KeptSuite:
    """Brought again, it is the same suite. Raises WrongSuiteError."""
    read = suite_of(body)
    cases: list[Case] = []
    pii: Counter[str] = Counter()
    for batch in _batches(read.cases):
        for case, its in zip(batch, await prepare([texts_of(case) for case in batch]), strict=True):
            cases.append(with_texts(case, its.texts))
            pii.update(its.found)
    suite = msgspec.structs.replace(read, cases=tuple(cases))
    kept = KeptSuite(
        suite_id=suite_id_of(suite),
        tenant=tenant,
        name=suite.name,
        task_type=suite.task_type,
        cases=len(suite.cases),
        tags=Counter(tag for case in suite.cases for tag in case.slices),
        pii=dict(sorted(pii.items())),
        created_at=now,
        made_by=who,
    )
    await suites.add(kept, suite)
    there, _ = await suites.get(tenant, kept.suite_id)
    return there


def _batches(cases: Sequence[Case]) -> Iterator[list[Case]]:
    batch: list[Case] = []
    chars = 0
    for case in cases:
        batch.append(case)
        chars += sum(map(len, texts_of(case)))
        if chars >= CHARS_AT_ONCE:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
