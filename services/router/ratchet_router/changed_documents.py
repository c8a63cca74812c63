"""Documents that changed or went, as far as a replica has heard: what it kept of answers from them goes."""

from collections.abc import Sequence
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
        self._seen: dict[tuple[str, str], datetime] = {}
        self._times: dict[str, int] = {}

    def newly(self, found: Sequence[ChangedDocument]) -> list[ChangedDocument]:
        """Those that were not heard of before, or changed once more."""
        new = [one for one in found if self._seen.get((one.tenant, one.document_id)) != one.written_at]
        for one in new:
            self._seen[one.tenant, one.document_id] = one.written_at
            self._times[one.tenant] = self._times.get(one.tenant, 0) + 1
        if len(self._seen) > REMEMBERED:
            latest = max(self._seen.values()) - LATE
            self._seen = {key: at for key, at in self._seen.items() if at >= latest}
        return new

    def times(self, tenant: str) -> int:
        """How often something changed, up to now: an answer that is older than the last time is not worth keeping."""
        return self._times.get(tenant, 0)
