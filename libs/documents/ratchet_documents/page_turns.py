"""On which pages a part of a text stands, where the text goes over several. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Turn(NamedTuple):
    """A further page begins: `at`, a place in the text, stands the first of it."""

    at: int
    page: int


def pages_between(pages: tuple[int, int], turns: Sequence[Turn], start: int, end: int) -> tuple[int, int]:
    """The first and the last page of that part of a text on `pages`. Without turns nobody knows where in the text its
    pages begin: it may stand on any of them.
    """
    if not turns:
        return pages
    return _page_at(pages[0], turns, start), _page_at(pages[0], turns, max(start, end - 1))


def _page_at(first: int, turns: Sequence[Turn], at: int) -> int:
    turned = bisect_right(turns, at, key=lambda turn: turn.at)
    return turns[turned - 1].page if turned else first
