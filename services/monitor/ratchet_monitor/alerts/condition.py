"""What a rule or a detector says of one subject now. Whoever looks tells it; what becomes of it is the alert's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

Severity = Literal["info", "warning", "critical"]

AT_ONCE = timedelta(0)
CLEAR_FOR = timedelta(minutes=15)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Of one (tenant, source, subject) there is one alert, however often and by however many replicas it is told."""

    tenant: str
    source: str  # who says so: `rule:<its id>`, or a detector such as `drift`
    subject: str  # what it is of, in the same words every time: `summary, accuracy`
    kind: str  # what AlertChanged carries: drift, budget, experiment, rule, …
    severity: Severity
    holds: bool  # False closes the alert once that has lasted; where there is none, nothing is written
    sentence: str  # for a person: what happened, to which thing, and what to do. Never anybody's text
    at: datetime  # when it was looked at: an older word than the last one changes nothing
    task_type: str | None = None
    numbers: dict[str, float] = {}  # finite
    labels: dict[str, str] = {}  # model, version, template, document_type, …: what silences and receivers match
    holds_for: timedelta = AT_ONCE  # it must hold for so long before the alert opens
    clear_for: timedelta = CLEAR_FOR  # and must not for so long before it closes
    settled_until: datetime | None = None  # what a person resolved stays so until then; None: for a day


class Alerts(Protocol):
    async def tell(self, conditions: Sequence[Condition]) -> None:
        """Opens, keeps or closes their alerts, each change in one write with its AlertChanged. Safe to repeat.

        Raises RetryLaterError.
        """
