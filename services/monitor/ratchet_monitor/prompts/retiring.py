"""Which templates can go: those that are worse than another one where both are used, and those that nobody uses. Pure.

Worse: by its scores on the same days, the interval of the difference lies below 0 at a level shared among all pairs of
which enough is known, and the difference is large enough to matter. One that is the best for any task and type of
document is not named. Only what was used is known here: a template that never was is known to the router alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final, Literal

from ratchet_monitor.blocks import DAY
from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.drift.accuracy import NEEDED
from ratchet_monitor.known import Apart, turned
from ratchet_monitor.prompts.names import name_of
from ratchet_monitor.prompts.standardising import quality_cells, shares_apart
from ratchet_monitor.prompts.uses import Uses

MATTERS: Final = 0.05  # of the score
MOST: Final = 40  # templates that are compared, those of the most scores
ERROR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`difference`, `low`, `high`: its quality minus that of `instead`, by which it is told; null of one that is
    unused."""

    template: str
    reason: Literal["worse", "unused"]
    why: str
    what_to_do: str
    instead: str
    uses: int
    scored: int
    last_used: datetime | None
    difference: float | None
    low: float | None
    high: float | None


def to_retire(
    found: Mapping[str, Uses], best: Collection[str], now: datetime, unused_for: timedelta
) -> list[Suggestion]:
    """`best`: those that are the best of any task and document type."""
    lately = {name: uses for name, uses in found.items() if uses.last and uses.last + DAY > now - unused_for}
    return [*worse_ones(lately, best), *unused_ones(found, lately, unused_for)]


def note_on(others: int) -> str:
    """`others`: uses that were counted as those of others. Empty where there are none."""
    if not others:
        return ""
    return (
        f"Too many kinds of answers are told apart here: {others:,} uses were counted as those of others, by templates "
        "that are not known. While that is so lately, no template is called unused."
    )


def worse_ones(found: Mapping[str, Uses], best: Collection[str]) -> list[Suggestion]:
    scored = {name: uses for name, uses in found.items() if uses.made.scored >= NEEDED and name != OTHERS}
    names = sorted(scored, key=lambda name: (-scored[name].made.scored, name))[:MOST]
    quality = {name: quality_cells(scored[name]) for name in names}
    held = {(one, other): shares_apart(quality[one], quality[other]) for one, other in combinations(names, 2)}
    enough = {pair: found for pair, found in held.items() if found.suffices(NEEDED)}
    level = 1 - ERROR / max(1, len(enough))
    lost: dict[str, list[tuple[str, Apart]]] = {}
    for (one, other), standardised in enough.items():
        apart = standardised.at(level)
        for worse, instead, below in ((one, other, apart), (other, one, apart and turned(apart))):
            if below and below.high < 0 and below.value <= -MATTERS and worse not in best:
                lost.setdefault(worse, []).append((instead, below))
    return [_of_worse(name, scored, lost[name]) for name in sorted(lost)]


def _of_worse(name: str, scored: Mapping[str, Uses], lost: Sequence[tuple[str, Apart]]) -> Suggestion:
    other, apart = min(lost, key=lambda one: (one[1].high, one[0]))
    ours, theirs = scored[name], scored[other]
    return Suggestion(
        template=name,
        reason="worse",
        why=f"Where both were used, its quality is {-apart.value:.3f} below that of {other} ({-apart.high:.3f} to "
        f"{-apart.low:.3f}), by {ours.made.scored} and {theirs.made.scored} scores.{_price(ours, theirs)}",
        what_to_do=_switch(name, other),
        instead=other,
        uses=ours.total,
        scored=ours.made.scored,
        last_used=ours.last,
        difference=round(apart.value, 6),
        low=round(apart.low, 6),
        high=round(apart.high, 6),
    )


def _price(ours: Uses, theirs: Uses) -> str:
    """What speaks for it, if anything does: by the sums of all, whatever they were used for."""
    if not (ours.made.predictions and theirs.made.predictions):
        return ""
    cost, other = (one.made.cost / one.made.predictions for one in (ours, theirs))
    if not cost < other:
        return ""
    return f" An answer costs {1 - cost / other:.0%} less by it, over all that it was used for: weigh that."


def _switch(name: str, other: str) -> str:
    ours, theirs = name_of(name), name_of(other)
    sure = "To be sure first, compare them by `ratchet experiments create`."
    if ours.template_id == theirs.template_id:
        return (
            f"Have version {theirs.version} serve: `POST /api/templates/{theirs.template_id}/activate` "
            f'{{"version": {theirs.version}}}. {sure}'
        )
    return f"Name {other} in requests, or give it the task and document types that {name} has. {sure}"


def unused_ones(found: Mapping[str, Uses], lately: Collection[str], unused_for: timedelta) -> list[Suggestion]:
    """A version whose template is used by another one has been retired already. Where answers were counted as those of
    others lately, any of these may have made them: none is called unused."""
    if OTHERS in lately:
        return []
    alive = {name_of(name).template_id for name in lately}
    gone = [name for name in found if name != OTHERS and name not in lately and name_of(name).template_id not in alive]
    return [_of_unused(name, found[name], unused_for) for name in sorted(gone)]


def _of_unused(name: str, uses: Uses, unused_for: timedelta) -> Suggestion:
    last = f", last on {uses.last:%Y-%m-%d}" if uses.last else ""
    before = f"before, it was used {uses.total:,} times{last}"
    return Suggestion(
        template=name,
        reason="unused",
        why=f"No version of it has answered for {unused_for // DAY} days; {before}.",
        what_to_do="If nobody means to use it again, take it out of the requests and the folder that name it. What it "
        "answered stays as it is.",
        instead="",
        uses=uses.total,
        scored=uses.made.scored,
        last_used=uses.last,
        difference=None,
        low=None,
        high=None,
    )
