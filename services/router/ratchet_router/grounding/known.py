"""What is known of each tenant's documents, so that a question can be told to be about some of them.

It is kept for a moment; then only what has changed since is read.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from ratchet_common.vocabulary import DocumentType
from ratchet_documents.asked_documents import About
from ratchet_documents.metadata import PARTED_BY
from ratchet_router.documents.document import LEAVING, DocumentRecord, subject_of

MOST: Final = 5_000  # documents of a tenant: each is looked at for each question
MOST_OF_ALL: Final = 50_000  # of all tenants together; who asked longest ago is forgotten
FRESH_S: Final = 2.0
WHOLE_S: Final = 600.0  # after which all are read anew, whatever the clocks of the workers said
LOOK_BACK: Final = timedelta(minutes=1)  # clocks of workers may differ by so much


class Known(NamedTuple):
    """`too_many`: more than `MOST`, and none is told: who narrows by a part of them leaves out the others. `none`:
    nothing of the tenant can be searched, as of just now.
    """

    documents: Sequence[About] = ()
    too_many: bool = False
    none: bool = False


class DocumentsStore(Protocol):
    async def there(self, tenant: str, most: int) -> list[DocumentRecord]:
        """Raises RetryLaterError."""

    async def changed_since(self, tenant: str, since: datetime, most: int) -> list[DocumentRecord]:
        """Those that go, too. Raises RetryLaterError."""


class Knows(Protocol):
    """`KnownDocuments`."""

    async def of(self, tenant: str) -> Known:
        """Raises RetryLaterError."""


class KnowsNothing:
    async def of(self, tenant: str) -> Known:  # noqa: ARG002  as KnownDocuments
        return Known()


@dataclass(slots=True)
class _Kept:
    """`until`: the latest change that was seen. Times by the monotonic clock."""

    whole_at: float
    read_at: float
    too_many: bool = False
    until: datetime | None = None
    abouts: dict[str, About] = field(default_factory=dict)

    def take(self, found: Sequence[DocumentRecord]) -> None:
        for one in found:
            self.until = max(self.until or one.changed_at, one.changed_at)
            if one.served is None or one.state in LEAVING:
                self.abouts.pop(one.id, None)
            else:
                self.abouts[one.id] = about(one)


class KnownDocuments:
    def __init__(self, store: DocumentsStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def of(self, tenant: str) -> Known:
        """Of those that can be searched. Raises RetryLaterError."""
        now = self._clock()
        kept = self._kept.get(tenant)
        if kept is None or now - kept.whole_at >= WHOLE_S:
            kept = await self._whole(tenant, now)
        elif (now - kept.read_at >= FRESH_S or not kept.abouts) and not kept.too_many:  # the first is not missed
            kept = await self._further(tenant, kept, now)
        self._keep(tenant, kept)
        return Known(too_many=True) if kept.too_many else Known(tuple(kept.abouts.values()), none=not kept.abouts)

    async def _whole(self, tenant: str, now: float) -> _Kept:
        found = await self._store.there(tenant, MOST + 1)
        kept = _Kept(now, now, too_many=len(found) > MOST)
        if not kept.too_many:
            kept.take(found)
        return kept

    async def _further(self, tenant: str, kept: _Kept, now: float) -> _Kept:
        if kept.until is None:
            return await self._whole(tenant, now)
        changed = await self._store.changed_since(tenant, kept.until - LOOK_BACK, MOST + 1)
        if len(changed) > MOST:
            return await self._whole(tenant, now)
        kept.take(changed)
        kept.read_at, kept.too_many = now, len(kept.abouts) > MOST
        return kept

    def _keep(self, tenant: str, kept: _Kept) -> None:
        self._kept[tenant] = kept
        self._kept.move_to_end(tenant)
        while len(self._kept) > 1 and sum(len(one.abouts) + 1 for one in self._kept.values()) > MOST_OF_ALL:
            self._kept.popitem(last=False)


def about(one: DocumentRecord) -> About:
    if one.served is None:
        raise ValueError(f"Nothing of the document {one.id} can be searched.")
    read = one.served.read
    subject, end, periods = (
        subject_of(read, one.served.name),
        read.metadata.get("period_end"),
        read.metadata.get("periods"),
    )
    return About(
        one.id,
        subject.title,
        subject.company,
        subject.period,
        end.value if end else "",
        tuple(periods.value.split(PARTED_BY)) if periods else (),
        subject.date if subject.document_type == DocumentType.MEETING_NOTES else "",
        one.served.name,
    )
