"""Who is told nothing of what for how long, and why. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ratchet_monitor.alerts.words import Name, Words

LONGEST_DAYS: Final = 90
Label = Annotated[str, Field(pattern="^[a-z_]{1,64}$")]
Matchers = dict[Label, Annotated[str, Field(max_length=200)]]
MATCHERS: Final = (
    "by label (task, model, version, template, document_type, rule, kind, source, subject): a value, in which * stands "
    "for anything; all of them must match"
)


class Silence(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    silence_id: Name
    match: Matchers = Field(min_length=1, max_length=10, description=MATCHERS)
    starts_at: AwareDatetime
    until: AwareDatetime
    who: str = Field(max_length=200, description="the token that made it")
    why: Words = Field(min_length=1, max_length=500)


def matches(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(fnmatchcase(labels.get(name, ""), _literal(value)) for name, value in wanted.items())


def silenced_until(silences: Iterable[Silence], labels: Mapping[str, str], now: datetime) -> datetime | None:
    """None where nothing silences it now."""
    ends = [one.until for one in silences if one.starts_at <= now < one.until and matches(one.match, labels)]
    return max(ends, default=None)


def _literal(value: str) -> str:
    """All but the star."""
    return value.replace("[", "[[]").replace("?", "[?]")
