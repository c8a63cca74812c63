"""What was heard in a time, within a scope, as rows that summaries, trends and opportunities are made of. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ratchet_feedback.chances import Scores
from ratchet_feedback.groups import Group, GroupedBy
from ratchet_feedback.opportunities import Named, Rated, Touched
from ratchet_feedback.rollups.answers import SpokenOf
from ratchet_feedback.rollups.evidence import NOT_CONTENT, Shown
from ratchet_feedback.rollups.hearing import Heard
from ratchet_feedback.rollups.pieces import JOINED, OTHERS, Kind
from ratchet_feedback.rollups.sums import Key, Rollup, Scored, Sums
from ratchet_feedback.scoring import Rating
from ratchet_feedback.slices import By, Slice
from ratchet_feedback.summary import Judged, Raised, Said, Scope

MOST_GROUPS: Final = 400


def complete(heard: Heard, scope: Scope) -> bool:
    """False too where one of them is asked for that may be among those which are told together."""
    is_narrow = scope.model or scope.version_id or scope.template
    return heard.complete and not (is_narrow and heard.sums.has_others)


def complete_of_answers(heard: Heard, scope: Scope) -> bool:
    """Of what is told by the answer, and not by the word."""
    return heard.all_answers and complete(heard, scope)


def said(heard: Heard, scope: Scope) -> list[Said]:
    """What waits is of no model yet: it is there whatever the scope."""
    waiting = [Said(state, None, None, None, count, 0, 0.0) for state, count in heard.sums.waiting.items()]
    return waiting + [
        Said(
            state=JOINED,
            rating=key.rating,
            task_type=key.kind.task_type,
            document_type=key.kind.document_type,
            count=its.words,
            corrections=its.corrections,
            score=its.scores.total,
            unscored=its.words - its.scores.n,
            signal=key.signal,
            starred=its.starred,
            stars=its.stars,
            of_session=key.of_session,
            weight=its.weight,
            weighed=its.weighed,
        )
        for key, its in _rows(heard.sums, scope)
    ]


def raised(heard: Heard, scope: Scope) -> list[Raised]:
    return [
        Raised(issue, key.kind.task_type, key.kind.document_type, its.words)
        for key, sums in _rows(heard.sums, scope)
        for issue, its in sums.issues.items()
    ]


def judged(heard: Heard, scope: Scope) -> list[Judged]:
    """Of answers that several users rated."""
    rated = [one for one in _answers(heard, scope) if one.by_rating.total() > 1]
    return [
        Judged(one.by_rating[Rating.POSITIVE], one.by_rating[Rating.NEUTRAL], one.by_rating[Rating.NEGATIVE], 1)
        for one in rated
    ]


def grouped(heard: Heard, scope: Scope, by: GroupedBy) -> list[Group]:
    """The largest first. Periods are days here."""
    groups: dict[str | None, _Group] = {}
    rows: list[tuple[str | None, Key, Sums]]
    if by.is_period:
        rows = [(day.isoformat(), key, sums) for day, its in heard.by_day.items() for key, sums in _words(its, scope)]
    else:
        rows = [(getattr(key.kind, by.value) or None, key, sums) for key, sums in _words(heard.sums, scope)]
    for name, key, sums in rows:
        groups.setdefault(name, _Group()).include(key, sums)
    shown = [its.named(name) for name, its in groups.items()]
    return sorted(shown, key=lambda one: (-one.words, one.name is not None, one.name))[:MOST_GROUPS]


def rated(heard: Heard, scope: Scope) -> list[Rated]:
    """By task: all answers of which somebody said a word."""
    found: dict[str, _Task] = {}
    for key, sums in _words(heard.sums, scope):
        if sums.alone:
            its = found.setdefault(key.kind.task_type or "", _Task())
            its.words += sums.alone
            its.scores.include(sums.alone_scores)
    for one in _answers(heard, scope):
        its = found.setdefault(one.kind.task_type or "", _Task())
        its.words += one.words
        its.scores.add(one.score)
    return [Rated(task, _scores(its.scores), its.words) for task, its in found.items()]


def touched(heard: Heard, scope: Scope) -> list[Touched]:
    found: dict[tuple[str, str], _Task] = {}
    for key, sums in _words(heard.sums, scope):
        for issue, naming in sums.issues.items():
            if naming.alone:
                its = found.setdefault((key.kind.task_type or "", issue), _Task())
                its.words += naming.alone
                its.scores.include(naming.scores)
    for one in _answers(heard, scope):
        for issue, words in one.issues.items():
            its = found.setdefault((one.kind.task_type or "", issue), _Task())
            its.words += words
            its.scores.add(one.score)
    return [Touched(task, issue, _scores(its.scores), its.words) for (task, issue), its in found.items()]


def named(heard: Heard, scope: Scope) -> list[Named]:
    """The latest first."""
    return [
        Named(one.kind.task_type or "", (one.issue,), one.result_id, one.score)
        for one in _shown(heard, scope)
        if one.issue != NOT_CONTENT
    ]


def sliced(heard: Heard, scope: Scope) -> list[Slice]:
    """Each task as a whole, and by all else that is known of its answers."""
    found: dict[tuple[str, By, str], _Task] = {}
    for key, sums in _words(heard.sums, scope):
        for which in _slices_of(key.kind) if sums.alone else ():
            its = found.setdefault(which, _Task())
            its.words += sums.alone
            its.scores.include(sums.alone_scores)
    for one in _answers(heard, scope):
        for which in _slices_of(one.kind):
            its = found.setdefault(which, _Task())
            its.words += one.words
            its.scores.add(one.score)
    worst: dict[tuple[str, By, str], dict[UUID, None]] = {}
    for shown in sorted(_shown(heard, scope), key=lambda one: one.score):
        for which in _slices_of(shown.kind):
            worst.setdefault(which, {})[shown.result_id] = None
    return [Slice(*which, _scores(its.scores), its.words, tuple(worst.get(which, ()))) for which, its in found.items()]


def _slices_of(kind: Kind) -> Iterator[tuple[str, By, str]]:
    for by in By:
        value = getattr(kind, by.value)
        if value and value != OTHERS:
            yield kind.task_type or "", by, value


def _shown(heard: Heard, scope: Scope) -> list[Shown]:
    """The latest first."""
    shown = [one for one in heard.sums.evidence.shown() if one.kind.within(scope)]
    return sorted(shown, key=lambda one: one.place, reverse=True)


@dataclass(slots=True)
class _Task:
    words: int = 0
    scores: Scored = field(default_factory=Scored)


@dataclass(slots=True)
class _Group:
    words: int = 0
    corrections: int = 0
    scores: Scored = field(default_factory=Scored)
    by_rating: Counter[str] = field(default_factory=Counter)

    def include(self, key: Key, sums: Sums) -> None:
        self.words += sums.words
        self.corrections += sums.corrections
        self.scores.include(sums.scores)
        if key.rating:
            self.by_rating[key.rating] += sums.words

    def named(self, name: str | None) -> Group:
        by_rating = {one.value: self.by_rating[one.value] for one in Rating}
        return Group(
            name=name,
            words=self.words,
            scores=_scores(self.scores),
            by_rating=by_rating,
            corrections=self.corrections,
        )


def _rows(rollup: Rollup, scope: Scope) -> Iterator[tuple[Key, Sums]]:
    return ((key, sums) for key, sums in rollup.rows.items() if key.kind.within(scope))


def _words(rollup: Rollup, scope: Scope) -> Iterator[tuple[Key, Sums]]:
    """What somebody said of one answer."""
    return ((key, sums) for key, sums in _rows(rollup, scope) if not key.signal and not key.of_session)


def _answers(heard: Heard, scope: Scope) -> Iterable[SpokenOf]:
    return (one for one in heard.answers if one.kind.within(scope))


def _scores(its: Scored) -> Scores:
    return Scores(its.n, its.total, its.squares)
