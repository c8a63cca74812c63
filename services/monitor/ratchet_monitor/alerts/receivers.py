"""Who is told of which alerts, by which way, and after how many minutes that nobody took care. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ratchet_monitor.alerts.alert import RANK, Alert, Change
from ratchet_monitor.alerts.condition import Severity
from ratchet_monitor.alerts.silences import MATCHERS, Matchers, matches
from ratchet_monitor.alerts.words import Name, Words

URL_MOST: Final = 2_000
_WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322's atext
ADDRESS: Final = re.compile(rf"{_WORD}(\.{_WORD})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def _address(text: str) -> str:
    """One that is plainly an address; whether anybody reads it, only the mail can tell. A header of a mail can hold
    more, such as groups and comments: what is read there is another address, or an error at each try."""
    if not ADDRESS.fullmatch(text):
        raise ValueError("it is no address of mail: write it as somebody@example.org")
    return text


Address = Annotated[str, Field(max_length=254), AfterValidator(_address)]


Kind = Literal["webhook", "email", "slack"]


class ReceiverBody(BaseModel):
    """`secret` is a name in the operator's MONITOR_ALERT_SECRETS: what it stands for is never stored or shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    url: str = Field("", max_length=URL_MOST, description="of a webhook: it gets signed JSON by POST")
    secret: str = Field(
        "", max_length=64, description="of a webhook: signs. Of Slack: its whole incoming URL, which is a secret itself"
    )
    to: tuple[Address, ...] = Field((), max_length=20, description="of e-mail")
    least: Severity = Field("info", description="severity: what is less is not told here")
    match: Matchers = Field({}, max_length=10, description=MATCHERS + "; everything if empty")
    after_minutes: int = Field(
        0, ge=0, le=7 * 1440, description="told only of what is still open and not acknowledged after so long"
    )
    description: Words = Field("", max_length=500)
    enabled: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"webhook": ("url", "secret"), "slack": ("secret",), "email": ("to",)}[self.kind]
        for name in ("url", "secret", "to"):
            if bool(getattr(self, name)) != (name in needed):
                raise ValueError(
                    f"a receiver of kind {self.kind} has {' and '.join(needed)}, and nothing else of these"
                )
        return self


class Receiver(ReceiverBody):
    receiver_id: Name


def steps(receivers: Iterable[Receiver]) -> Sequence[int]:
    """The minutes after which somebody else is told."""
    return sorted({one.after_minutes for one in receivers if one.enabled and one.after_minutes})


def told_of(receiver: Receiver, alert: Alert, changes: Iterable[Change]) -> list[Change]:
    """Which of them it is told. Who comes later is told of the escalation to it, and of what happens from then on."""
    if not receiver.enabled or not matches(receiver.match, alert.matched):
        return []
    return [one for one in changes if _is_for(receiver, alert, one)]


def _is_for(receiver: Receiver, alert: Alert, change: Change) -> bool:
    so_far = _episode(alert, change)
    worst = max(RANK[one.severity] for one in so_far)  # whoever was told that it was bad is told that it is over
    if worst < RANK[receiver.least]:
        return False
    if change.what == "escalated":
        return change.step == receiver.after_minutes
    return receiver.after_minutes <= _reached(alert, so_far)


def _reached(alert: Alert, so_far: Sequence[Change]) -> int:
    """The last step of its escalation, in minutes. The alert itself knows it where it has changed so often since it
    opened that its history begins later."""
    of_these = max(one.step for one in so_far)
    return of_these if so_far[0].what == "opened" else max(of_these, alert.escalated)


def _episode(alert: Alert, change: Change) -> list[Change]:
    """The changes from the last opening before it up to this one."""
    found = [one for one in alert.history if one.revision < change.revision]
    opened = max((place for place, one in enumerate(found) if one.what == "opened"), default=0)
    return [*(found[opened:] if change.what != "opened" else []), change]
