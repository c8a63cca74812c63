"""Shares as people say them: half of the staff is 50 % of it, and what doubles grows by 100 %. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from ratchet_router.checking.figures import Figure

SHARES: Final[Sequence[tuple[float, tuple[str, ...]]]] = (
    (1 / 2, ("half", "halves", "hälfte", "halb", "halbe", "moitié", "mitad", "metà", "metade", "helft")),
    (1 / 3, ("third", "drittel", "un tiers", "tercio", "un terzo", "um terço")),
    (2 / 3, ("two thirds", "two third", "zwei drittel", "deux tiers", "dos tercios", "due terzi", "dois terços")),
    (1 / 4, ("quarter", "one fourth", "viertel", "un quart", "cuarto", "un quarto", "um quarto")),
    (
        3 / 4,
        (
            "three quarters",
            "three fourths",
            "drei viertel",
            "dreiviertel",
            "trois quarts",
            "tres cuartos",
            "tre quarti",
        ),
    ),
    (1 / 5, ("fifth", "fünftel", "un cinquième", "quinto")),
    (2 / 5, ("two fifths", "zwei fünftel")),
    (3 / 5, ("three fifths", "drei fünftel")),
    (4 / 5, ("four fifths", "vier fünftel")),
    (1 / 10, ("tenth", "zehntel", "un dixième")),
    (1.0, ("doubled", "double", "doubling", "verdoppelt", "verdoppelte", "doublé", "duplicó", "raddoppiato")),
    (2.0, ("tripled", "triple", "tripling", "trebled", "verdreifacht", "verdreifachte", "triplé")),
)
CUT_OFF: Final = 0.75  # of the last digit: two thirds are 66 % as well as 67


def words_for_share(figure: Figure) -> Iterator[str]:
    """Of a percentage, or of a figure below 1."""
    for value, step in figure.readings:
        if figure.percent or (value < 1 and figure.scale == 1):
            whole = 100 if figure.percent else 1
            for share, words in SHARES:
                if abs(share * whole - value) <= step * CUT_OFF:
                    yield from words
