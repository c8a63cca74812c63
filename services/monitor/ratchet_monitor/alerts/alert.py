"""One alert, as it stands and as it came to stand so."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

import msgspec

from ratchet_monitor.alerts.condition import Severity

HISTORY: Final = 50  # changes that an alert remembers
KEPT: Final = timedelta(days=90)  # in the store, since the last word on one that is not open

State = Literal["quiet", "pending", "open", "closed"]  # quiet: it was pending, and has never opened
What = Literal["opened", "worsened", "eased", "acknowledged", "escalated", "resolved", "closed"]
RANK: Final[dict[str, int]] = {"info": 0, "warning": 1, "critical": 2}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    what: What
    at: datetime
    severity: Severity
    sentence: str
    who: str = ""  # a person's token; empty where it came by itself
    why: str = ""
    step: int = 0  # of an escalation: the minutes after which it was due


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that have been given to a batch, and are told with it and no other."""

    batch: str
    changes: tuple[Change, ...]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    alert_id: str
    tenant: str
    source: str
    subject: str
    kind: str
    severity: Severity
    sentence: str
    numbers: dict[str, float]
    labels: dict[str, str]
    task_type: str | None
    state: State
    holds: bool
    since: datetime  # that `holds` is as it is
    at: datetime  # of the word that this comes from
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    settled_until: datetime | None = None  # as of its condition
    resolved_until: datetime | None = None  # a person closed it although it holds
    escalated: int = 0  # the last step that was reached, in minutes
    milder_since: datetime | None = None  # what holds is less grave than the alert, and has been since then
    revision: int = 0
    writes: int = 0  # revisions and refreshed numbers
    to_tell: tuple[Change, ...] = ()
    telling: Telling | None = None
    history: tuple[Change, ...] = ()

    @property
    def live(self) -> bool:
        """Time alone may change it."""
        return self.state in ("pending", "open")

    @property
    def watched(self) -> bool:
        """Whoever told of it must tell as well that its condition holds no more."""
        return self.live or (self.state == "closed" and self.holds)

    @property
    def group(self) -> str:
        """Alerts of one group are told together."""
        return self.labels.get("group") or self.source

    @property
    def matched(self) -> dict[str, str]:
        """What silences and receivers look at."""
        own = {"source": self.source, "kind": self.kind, "subject": self.subject}
        return {"task": self.task_type or ""} | self.labels | own


def alert_id(tenant: str, source: str, subject: str) -> str:
    return sha256(f"{tenant}\0{source}\0{subject}".encode()).hexdigest()[:24]
