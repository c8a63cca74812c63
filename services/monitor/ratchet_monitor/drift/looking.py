"""Everything that is compared of two windows: what went in, and what each version and model made of it. Pure.

What goes in is compared over all versions. What came out is compared for each version and model by itself: when traffic
moves from one to another, the answers of neither have changed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ratchet_monitor.buckets import OTHERS, Kind, Period, Tally
from ratchet_monitor.drift.accuracy import ALLOWED, compare_accuracy
from ratchet_monitor.drift.categories import compare_categories, compare_rate
from ratchet_monitor.drift.finding import Finding
from ratchet_monitor.drift.judging import judged
from ratchet_monitor.drift.numbers import compare_numbers
from ratchet_monitor.drift.vocabulary import compare_vocabulary
from ratchet_monitor.hearing import Strata, Stratum, heard, with_strata
from ratchet_monitor.histogram import middle_ms
from ratchet_monitor.observations import NANO
from ratchet_monitor.sketch import value_of
from ratchet_monitor.spreads import Speaker, Spread, merge, middle_of_confidence

MOST_SPEAKERS: Final = 20  # versions and models that are looked at: those with the most answers
MOST_KINDS: Final = 2_000  # of answers of a speaker, whose feedback is weighed apart
FEWEST: Final = 50  # answers now, before a speaker is looked at at all
FAILURES: Final = "failures"
LATENCY: Final = "latency (ms)"
COST: Final = "cost (USD)"
INPUTS: Final = Speaker("", "")  # what went in, whoever answered
OF_INPUTS: Final = ("input_length", "languages", "words")  # of a Spread
Wanted = Callable[[str], bool]  # a version


class Looked(msgspec.Struct, frozen=True):
    """`speaker` INPUTS: of what went in."""

    speaker: Speaker
    finding: Finding


class Window:
    """What is known of some time. Takes periods in any order."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.tasks: Counter[str] = Counter()
        self.inputs = Spread()
        self.spreads: dict[Speaker, Spread] = {}
        self.tallies: dict[Speaker, Tally] = {}
        self._strata: dict[Speaker, dict[tuple[str, Kind], Strata]] = {}

    def count(self, period: Period) -> None:
        """Only how many answers of which task."""
        for cell in period.contents.cells:
            if not cell.kind.cached and self._wanted(cell.kind.version_id):
                self.tasks[period.task_type] += cell.tally.predictions

    def include(self, period: Period) -> None:
        self.count(period)
        for cell in period.contents.cells:
            speaker = Speaker(cell.kind.version_id, cell.kind.model)
            if cell.kind.cached or not self._wanted(speaker.version_id):
                continue
            its = self.tallies.setdefault(speaker, Tally())
            its.failed += cell.tally.failed
            its.answered += cell.tally.answered
            its.misshapen += cell.tally.misshapen
            merge(its.latencies, cell.tally.latencies)
            kinds = self._strata.setdefault(speaker, {})
            kind = cell.kind if len(kinds) < MOST_KINDS else cell.kind._replace(template=OTHERS, document_type=OTHERS)
            with_strata(kinds.setdefault((period.task_type, kind), {}), cell.tally.strata)
        for spoken in period.contents.spreads:
            if self._wanted(spoken.speaker.version_id):
                for name in OF_INPUTS:
                    merge(getattr(self.inputs, name), getattr(spoken.spread, name))
                self.spreads.setdefault(spoken.speaker, Spread()).add(spoken.spread)

    def strata(self, speaker: Speaker) -> list[Stratum]:
        """In one order, whatever came first: sums of floats are the same."""
        return sorted(one for strata in self._strata.get(speaker, {}).values() for one in strata.values())


def look(reference: Window, current: Window, level: float, allowed: float = ALLOWED) -> list[Looked]:
    """All that is compared of a task, judged together. `allowed`: that accuracy may fall."""
    found = [(INPUTS, one) for one in _of_inputs(reference.inputs, current.inputs)]
    for speaker in speakers(reference, current):
        found += [(speaker, one) for one in _of_outputs(reference, current, speaker, allowed)]
    findings = judged([finding for _, finding in found], level)
    return [Looked(speaker, finding) for (speaker, _), finding in zip(found, findings, strict=True)]


def look_at_mix(reference: Window, current: Window, level: float) -> list[Looked]:
    """Of windows of all tasks: whether other tasks are asked for."""
    found = judged([compare_categories("tasks", reference.tasks, current.tasks)], level)
    return [Looked(INPUTS, one) for one in found]


def speakers(reference: Window, current: Window) -> Sequence[Speaker]:
    """Those that answered in both windows, and now often enough."""
    both = [
        speaker
        for speaker, spread in current.spreads.items()
        if spread.answered >= FEWEST and speaker in reference.spreads and OTHERS not in speaker
    ]
    return sorted(both, key=lambda speaker: (-current.spreads[speaker].answered, speaker))[:MOST_SPEAKERS]


def _of_inputs(was: Spread, now: Spread) -> list[Finding]:
    return [
        compare_numbers("input length (characters)", was.input_length, now.input_length, value_of),
        compare_categories("input language", was.languages, now.languages),
        compare_vocabulary("inputs", was.words, now.words),
    ]


def _of_outputs(reference: Window, current: Window, speaker: Speaker, allowed: float) -> list[Finding]:
    was, now = reference.spreads[speaker], current.spreads[speaker]
    before, lately = reference.tallies[speaker], current.tallies[speaker]
    failed, broken, refused = (
        ((before.failed, before.failed + before.answered), (lately.failed, lately.failed + lately.answered)),
        ((before.misshapen, before.answered), (lately.misshapen, lately.answered)),
        ((was.refused, was.read), (now.refused, now.read)),
    )
    scores = [heard(window.strata(speaker)).weighted for window in (reference, current)]
    return [
        compare_accuracy(*scores, allowed=allowed),
        compare_rate(FAILURES, *failed),
        compare_rate("broken formats", *broken),
        compare_rate("refusals", *refused),
        compare_numbers("output length (characters)", was.output_length, now.output_length, value_of),
        compare_numbers("confidence", was.confidence, now.confidence, middle_of_confidence),
        compare_numbers(LATENCY, before.latencies, lately.latencies, middle_ms),
        compare_numbers(COST, was.cost, now.cost, _usd),
    ]


def _usd(number: int) -> float:
    return value_of(number) / NANO
