"""Online: each version, model and template's answers as they come, watched for failures, slowness and discontent. Pure.

The state of a task's streams is plain numbers. Facts are taken hour by hour in the order in which they came here, up
to a moment that is kept for each hour: a fact that is delivered twice came when it came first, so it is taken once, by
whichever replica. Facts that become visible later than `SETTLES` after they came are not watched; they count in the
two windows all the same.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from ratchet_monitor.drift.budget import stake
from ratchet_monitor.drift.detector import Detector, State
from ratchet_monitor.hours import HOUR
from ratchet_monitor.measuring import CHANCE
from ratchet_monitor.observations import MILLION, Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.sketch import bin_of, quantile_of

SETTLES: Final = timedelta(minutes=1)
MOST_STREAMS: Final = 30  # of a task; of more, those that were heard of last
MOST_AT_ONCE: Final = 500  # facts of a stream that one round takes, drawn by their ids
MOST_CHANGES: Final = 50  # that are remembered
LEARNS: Final = 300  # latencies, before it is known which is slow
SLOW: Final = 0.95

Signal = Literal["failures", "slowness", "discontent"]
SIGNALS: Final[tuple[Signal, ...]] = ("failures", "slowness", "discontent")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StreamKey(NamedTuple):
    version_id: str
    model: str
    template: str


class Fact(NamedTuple):
    """One number from 0 to 1 on one stream: the more, the worse."""

    came_at: datetime
    order: int  # among those that came at once
    key: StreamKey
    signal: Signal
    amount: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    key: StreamKey
    signal: Signal
    at: datetime
    before: float  # means
    after: float
    since: int  # answers since it happened, about

    @property
    def rose(self) -> bool:
        return self.after > self.before


class Watched(msgspec.Struct):
    """One signal of a stream."""

    state: State
    last: datetime  # when the latest fact came


class Stream(msgspec.Struct):
    key: StreamKey
    signals: dict[str, Watched] = msgspec.field(default_factory=dict)
    latencies: dict[int, int] = msgspec.field(default_factory=dict)  # until it is known which is slow
    slow: float | None = None  # µs: a latency above


class Streams(msgspec.Struct):
    """Of a task."""

    streams: list[Stream] = msgspec.field(default_factory=list)
    taken_until: dict[int, datetime] = msgspec.field(default_factory=dict)  # by the hour's number
    changes: list[Change] = msgspec.field(default_factory=list)  # the latest last

    @property
    def detectors(self) -> int:
        return sum(len(stream.signals) for stream in self.streams)


class Round:
    """The facts of one hour that have come since the last round, up to `until`."""

    def __init__(self, streams: Streams, hour: datetime, until: datetime, words: Iterable[Score]) -> None:
        """`words`: all on answers of the hour."""
        self._streams = streams
        self._by_key = {stream.key: stream for stream in streams.streams}
        number = (hour - EPOCH) // HOUR
        self._since = streams.taken_until.get(number, EPOCH)
        self._until = max(until, self._since)
        streams.taken_until[number] = self._until
        self._words: dict[UUID, list[Score]] = {}
        for word in first_words(words):
            self._words.setdefault(word.result_id, []).append(word)
        self._kept: dict[tuple[StreamKey, Signal], list[Fact]] = {}
        self._detectors: dict[tuple[StreamKey, Signal], Detector] = {}
        self.pending = False  # facts came after `until`: the hour is due again

    def add(self, seen: Observation) -> None:
        """Each of the hour's answers, in any order. Of a stream no more than twice MOST_AT_ONCE facts are held."""
        words = self._words.pop(seen.result_id, [])
        if seen.cached or seen.outcome == "cancelled":
            return
        for word in words:
            if self._is_new(word.scored_at):
                came = (word.scored_at, word.event_id.int & CHANCE)
                self._keep(Fact(*came, key_of(seen), "discontent", 1 - word.score / MILLION))
        if self._is_new(seen.seen_at):
            for fact in self._of_answer(seen):
                self._keep(fact)

    def facts(self) -> list[Fact]:
        """In the order in which they came."""
        return sorted(fact for some in self._kept.values() for fact in _drawn(some))

    def open(self, facts: Iterable[Fact], tolerance: float) -> None:
        """Streams that are new begin; beyond MOST_STREAMS those heard of last stay."""
        for fact in facts:
            stream = self._by_key.setdefault(fact.key, Stream(fact.key))
            stream.signals.setdefault(fact.signal, Watched(State(tolerance=tolerance), fact.came_at))
        latest = sorted(self._by_key.values(), key=lambda one: (max(s.last for s in one.signals.values()), one.key))
        self._streams.streams = latest[-MOST_STREAMS:]
        self._by_key = {stream.key: stream for stream in self._streams.streams}

    def take(self, fact: Fact, alarms_a_month: float, detectors: int) -> Change | None:
        """`alarms_a_month` over all `detectors` of the tenant."""
        stream = self._by_key.get(fact.key)
        if stream is None:
            return None
        watched = stream.signals[fact.signal]
        detector = self._detectors.setdefault((fact.key, fact.signal), Detector(watched.state))
        laid = stake(alarms_a_month, fact.came_at - watched.last, detectors)
        watched.last = max(watched.last, fact.came_at)
        changed = detector.add(fact.amount, laid)
        if changed is None:
            return None
        change = Change(
            key=fact.key,
            signal=fact.signal,
            at=fact.came_at,
            before=changed.before,
            after=changed.after,
            since=changed.since,
        )
        self._streams.changes = [*self._streams.changes, change][-MOST_CHANGES:]
        return change

    def close(self, oldest: datetime) -> None:
        """Writes the detectors' states back. Hours before `oldest` take nothing any more, and are forgotten."""
        for (key, signal), detector in self._detectors.items():
            self._by_key[key].signals[signal].state = detector.state
        first = (oldest - EPOCH) // HOUR
        kept = {number: until for number, until in self._streams.taken_until.items() if number >= first}
        self._streams.taken_until = kept

    def _keep(self, fact: Fact) -> None:
        some = self._kept.setdefault((fact.key, fact.signal), [])
        some.append(fact)
        if len(some) >= 2 * MOST_AT_ONCE:
            some[:] = _drawn(some)

    def _is_new(self, came_at: datetime) -> bool:
        self.pending = self.pending or came_at > self._until
        return self._since < came_at <= self._until

    def _of_answer(self, seen: Observation) -> list[Fact]:
        came, key = (seen.seen_at, seen.result_id.int & CHANCE), key_of(seen)
        bad = seen.outcome == "failed" or seen.misshapen or bool(seen.refusal)
        found = [Fact(*came, key, "failures", float(bad))]
        if seen.outcome == "ok":
            stream = self._by_key.setdefault(key, Stream(key))
            if stream.slow is None:
                _learn(stream, seen.latency)
            else:
                found.append(Fact(*came, key, "slowness", float(seen.latency > stream.slow)))
        return found


def key_of(seen: Observation) -> StreamKey:
    return StreamKey(seen.version_id, seen.model, seen.template)


def first_words(words: Iterable[Score]) -> list[Score]:
    """Of each user on each answer the word that came first: a later one on the same answer is no new answer. A judge's
    are left out, and what does not tell how good an answer was."""
    first: dict[object, Score] = {}
    for word in sorted(words, key=lambda word: (word.scored_at, word.event_id)):
        if word.scored and not word.judged:
            first.setdefault((word.result_id, word.user, word.via), word)
    return list(first.values())


def _drawn(facts: Sequence[Fact]) -> list[Fact]:
    return nsmallest(MOST_AT_ONCE, facts, key=lambda fact: fact.order)


def _learn(stream: Stream, latency: int) -> None:
    number = bin_of(latency)
    stream.latencies[number] = stream.latencies.get(number, 0) + 1
    if sum(stream.latencies.values()) >= LEARNS:
        stream.slow = quantile_of(stream.latencies, SLOW)
        stream.latencies = {}
