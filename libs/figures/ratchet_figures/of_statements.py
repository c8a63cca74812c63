"""What a company's statements say: ratios, and growth."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

from ratchet_figures.figure import CannotComputeError, Computed, Figure, each
from ratchet_figures.growth import cagr_of, growth_of
from ratchet_figures.names import GROWING
from ratchet_figures.ratios import RATIOS, ratio_of
from ratchet_figures.statements import Statement


def figures_of_statements(
    statements: Sequence[Statement], ratios: Sequence[str] = tuple(RATIOS), growing: Sequence[str] = GROWING
) -> Computed:
    """Of one company. Ratios are of the latest statement; growth is from the one before it, and a year's rate from the
    earliest where there are more than two. Raises CannotComputeError for a ratio that does not exist.
    """
    if unknown := [name for name in ratios if name not in RATIOS]:
        raise CannotComputeError(f"There is no ratio {', '.join(unknown)}: there are {', '.join(RATIOS)}.")
    if not statements:
        raise CannotComputeError("No statement was given: its figures need one, and growth two.")
    rising = sorted(statements, key=lambda one: one.period.last)
    return each(
        rising[-1].company,
        chain(
            ((name, partial(_ratio, rising[-1], name)) for name in dict.fromkeys(ratios)),
            ((f"{item}_growth", partial(_growth, rising, item)) for item in dict.fromkeys(growing)),
            ((f"{item}_cagr", partial(_cagr, rising, item)) for item in dict.fromkeys(growing) if len(rising) > 2),
        ),
    )


def _ratio(latest: Statement, name: str) -> Iterable[Figure]:
    return [ratio_of(latest, RATIOS[name])]


def _growth(rising: Sequence[Statement], item: str) -> Iterable[Figure]:
    if len(rising) < 2:
        raise CannotComputeError("One statement is there: growth needs an earlier one.")
    return [growth_of(item, rising[-2], rising[-1])]


def _cagr(rising: Sequence[Statement], item: str) -> Iterable[Figure]:
    return [cagr_of(item, rising[0], rising[-1])]
