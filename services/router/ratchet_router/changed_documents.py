"""Documents that changed or went, as far as a replica has heard: what it kept of answers from them goes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

REMEMBERED: Final = 10_000  # documents; beyond it those that cannot come a second time are left out
LATE: Final = timedelta(minutes=1)  # a change is read for ten seconds after it was written: this is well beyond


class ChangedDocument(NamedTuple):
    tenant: str
    document_id: str
    written_at: datetime


class ChangedDocuments:
    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[datetime, int]] = {}
        self._times: dict[str, int] = {}
        self._left_out: dict[str, int] = {}  # up to which time of its tenant some are no longer known

    def newly(self, found: Sequence[ChangedDocument]) -> list[ChangedDocument]:
        """Those that were not heard of before, or changed once more."""
        new = [one for one in found if self._written_at(one) != one.written_at]
        for one in new:
            times = self._times[one.tenant] = self._times.get(one.tenant, 0) + 1
            self._seen[one.tenant, one.document_id] = one.written_at, times
        if len(self._seen) > REMEMBERED:
            self._leave_out()
        return new

    def _written_at(self, one: ChangedDocument) -> datetime | None:
        found = self._seen.get((one.tenant, one.document_id))
        return found[0] if found else None

    def _leave_out(self) -> None:
        latest = max(at for at, _ in self._seen.values()) - LATE
        for (tenant, _), (at, times) in self._seen.items():
            if at < latest:
                self._left_out[tenant] = max(times, self._left_out.get(tenant, 0))
        self._seen = {key: known for key, known in self._seen.items() if known[0] >= latest}

    def times(self, tenant: str) -> int:
        """How often something changed, up to now."""
        return self._times.get(tenant, 0)

    def any_since(self, tenant: str, documents: Collection[str], times: int) -> bool:
        """Whether one of them changed after that time, as far as is known: an answer from it is not worth keeping."""
        if self._left_out.get(tenant, 0) > times:
            return True
        return any(self._seen.get((tenant, one), (None, 0))[1] > times for one in documents)
