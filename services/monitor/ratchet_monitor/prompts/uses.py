"""The answers of each template, by where it was used: two templates are compared where both were. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ratchet_monitor.blocks import Design, design
from ratchet_monitor.buckets import OTHERS, Kind, Tally
from ratchet_monitor.counted import Counted, Sums
from ratchet_monitor.counted import Heard as Whose
from ratchet_monitor.hearing import Heard, Stratum, heard, with_strata
from ratchet_monitor.known import Known, known, share
from ratchet_monitor.observations import MILLION


class Place(NamedTuple):
    """What answers of two templates have in common where they are compared."""

    task_type: str
    document_type: str
    version_id: str
    model: str


class Use(NamedTuple):
    template: str
    place: Place


@dataclass(slots=True)
class Uses:
    """Of one template, or of several together. `by_place`: its strata, and its blocks."""

    cached: int = 0
    made: Tally = field(default_factory=Tally)
    strata: dict[Place, dict[Whose, Stratum]] = field(default_factory=dict)
    blocks: dict[Place, dict[int, Sums]] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    _summed: dict[int, Sums] | None = None  # this and the next two are kept from the first time on: many ask for them
    _heard: Heard | None = None
    _design: Design | None = None

    @property
    def total(self) -> int:
        return self.made.predictions + self.cached

    @property
    def answers(self) -> int:
        """That were made, in its places."""
        return sum(sums.predictions for blocks in self.blocks.values() for sums in blocks.values())

    @property
    def heard(self) -> Heard:
        if self._heard is None:
            self._heard = heard(one for strata in self.strata.values() for one in strata.values())
        return self._heard

    @property
    def design(self) -> Design:
        """Of its scores by block: those of one day may hang together."""
        if self._design is None:
            found = known(self.heard.raw)
            scores = {number: (sums.scored, sums.score / MILLION) for number, sums in self.summed().items()}
            self._design = design(scores, found.mean * (1 - found.mean) / found.worth if found else 0.0)
        return self._design

    @property
    def quality(self) -> Known | None:
        """Weighted by who speaks."""
        found = known(self.heard.weighted)
        return found.with_design(self.design) if found else None

    @property
    def quality_raw(self) -> Known | None:
        """Every score counts once."""
        found = known(self.heard.raw)
        return found.with_design(self.design) if found else None

    @property
    def success(self) -> Known | None:
        return self._share(succeeded)

    @property
    def failures(self) -> Known | None:
        return self._share(failed)

    def summed(self) -> dict[int, Sums]:
        """By block, of all places."""
        if self._summed is None:
            self._summed = {}
            for blocks in self.blocks.values():
                for number, sums in blocks.items():
                    self._summed.setdefault(number, Sums()).include(sums)
        return self._summed

    def within(self, wanted: Callable[[Place], bool]) -> "Uses":
        """What comparisons look at, of some places alone; what is only known of all is left out."""
        return Uses(
            strata={place: one for place, one in self.strata.items() if wanted(place)},
            blocks={place: one for place, one in self.blocks.items() if wanted(place)},
        )

    def include(self, other: "Uses") -> None:
        self._summed = self._heard = self._design = None
        self.cached += other.cached
        self.made.add(other.made)
        for place, strata in other.strata.items():
            with_strata(self.strata.setdefault(place, {}), strata)
        for place, blocks in other.blocks.items():
            ours = self.blocks.setdefault(place, {})
            for number, sums in blocks.items():
                ours.setdefault(number, Sums()).include(sums)
        self.seen(other.first, other.last)

    def seen(self, first: datetime | None, last: datetime | None) -> None:
        self.first = min(filter(None, (self.first, first)), default=None)
        self.last = max(filter(None, (self.last, last)), default=None)

    def _share(self, of: Callable[[Sums], tuple[int, int]]) -> Known | None:
        found = share(*of(_total(self.summed().values())))
        if found is None:
            return None
        by_block = {number: (n, float(yes)) for number, sums in self.summed().items() for yes, n in [of(sums)]}
        return found.with_design(design(by_block, found.mean * (1 - found.mean) / found.worth))


def use_of(task_type: str, kind: Kind) -> Use:
    return Use(kind.template, Place(task_type, kind.document_type, kind.version_id, kind.model))


def template_of(use: Use) -> str:
    return use.template


def uses_of(counted: Counted[Use], name: Callable[[Use], str] = template_of) -> dict[str, Uses]:
    """By the template's name with its version, or by another one."""
    found: dict[str, Uses] = {}
    for (task_type, kind), tally in counted.kinds.items():
        its = found.setdefault(name(use_of(task_type, kind)), Uses())
        if kind.cached:
            its.cached += tally.predictions
            continue
        its.made.add(tally)
        of_kind = {(kind, stratum): sums for stratum, sums in tally.strata.items()}
        with_strata(its.strata.setdefault(use_of(task_type, kind).place, {}), of_kind)
    for use, blocks in counted.by_block.items():
        its = found[name(use)]
        ours = its.blocks.setdefault(use.place, {})
        for number, sums in blocks.items():
            ours.setdefault(number, Sums()).include(sums)
        its.seen(counted.first[use], counted.last[use])
    return dict(sorted(found.items()))


def together(several: Iterable[Uses]) -> Uses:
    whole = Uses()
    for one in several:
        whole.include(one)
    return whole


def others_in(found: Mapping[str, Uses]) -> int:
    """Uses by templates that are not told apart."""
    return found[OTHERS].total if OTHERS in found else 0


def all_uses(found: Mapping[str, Uses]) -> int:
    return sum(one.total for one in found.values())


def succeeded(sums: Sums) -> tuple[int, int]:
    """Answers that came and passed their checks, of those that came or failed: who hung up says neither."""
    return sums.answered - sums.misshapen, sums.answered + sums.failed


def failed(sums: Sums) -> tuple[int, int]:
    return sums.failed, sums.answered + sums.failed


def _total(blocks: Iterable[Sums]) -> Sums:
    whole = Sums()
    for one in blocks:
        whole.include(one)
    return whole
