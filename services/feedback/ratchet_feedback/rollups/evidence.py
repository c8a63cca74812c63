"""Which answers show an issue best: of each kind and issue a few of the worst. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from ratchet_feedback.opportunities import EVIDENCE
from ratchet_feedback.rollups.pieces import Kind

NOT_CONTENT: Final = ""  # in place of an issue
MOST_SHOWN: Final = 300  # in one hour or day


class Shown(NamedTuple):
    """An answer of which somebody named the issue; or, where that is empty, of which he was not content."""

    kind: Kind
    issue: str
    result_id: UUID
    score: float
    place: str


class Evidence:
    def __init__(self, shown: Iterable[Shown] = ()) -> None:
        self._found: dict[tuple[Kind, str], list[Shown]] = {}
        self.include(shown)

    def include(self, shown: Iterable[Shown]) -> None:
        for one in shown:
            self.add(one)

    def add(self, one: Shown) -> None:
        its = self._found.setdefault((one.kind, one.issue), [])
        if len(its) < EVIDENCE or _order(one) < _order(its[-1]):
            its.append(one)
            its[:] = _worst(its)

    def shown(self) -> list[Shown]:
        return [one for its in self._found.values() for one in its]

    def best(self) -> list[Shown]:
        """So few that they can be kept: the worst of each first, then the second of each, and so on."""
        by_rank = [its[rank] for rank in range(EVIDENCE) for its in self._found.values() if rank < len(its)]
        return by_rank[:MOST_SHOWN]


def _worst(shown: Iterable[Shown]) -> list[Shown]:
    """Each answer once."""
    answers: dict[UUID, Shown] = {}
    for one in sorted(shown, key=_order):
        answers.setdefault(one.result_id, one)
    return list(answers.values())[:EVIDENCE]


def _order(one: Shown) -> tuple[float, int]:
    """The worst first; of equally bad ones the latest."""
    return one.score, -int(one.place, 16)
