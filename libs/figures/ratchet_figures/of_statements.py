"""What a company's statements say: ratios, and growth."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from ratchet_figures.figure import CannotComputeError, Computed, Figure, Period, each
from ratchet_figures.growth import ALIKE, cagr_of, growth_of
from ratchet_figures.joining import joined
from ratchet_figures.names import GROWING
from ratchet_figures.ratios import RATIOS, Ratio, ratio_of
from ratchet_figures.statements import OF_A_DAY, Statement

About = Callable[[Period], bool]
Asked = tuple[str, Callable[[], Iterable[Figure]]]


def figures_of_statements(
    statements: Sequence[Statement],
    ratios: Sequence[str] = tuple(RATIOS),
    growing: Sequence[str] = GROWING,
    about: About = lambda _: True,
) -> Computed:
    """Of one company. `about`: the periods that are asked for; other statements are what growth begins from.

    A ratio is of the latest statement that has all of its items. Growth is of like periods: of the latest of each
    length from the one before it, and a year's rate from the earliest where there are more than two; amounts of a day
    are all alike. Raises CannotComputeError for a ratio that does not exist, and where there is no statement.
    """
    if unknown := [name for name in ratios if name not in RATIOS]:
        raise CannotComputeError(f"There is no ratio {', '.join(unknown)}: there are {', '.join(RATIOS)}.")
    rising, differ = joined(statements)
    asked = [one for one in rising if about(one.period)]
    if not asked:
        raise CannotComputeError("No statement was given: its figures need one, and growth two.")
    computed = each(
        rising[-1].company,
        chain(
            ((name, partial(_ratio, asked, RATIOS[name])) for name in dict.fromkeys(ratios)),
            chain.from_iterable(_growths(rising, asked, item) for item in dict.fromkeys(growing)),
        ),
    )
    return Computed(computed.figures, (*differ, *computed.refusals))


def _ratio(asked: Sequence[Statement], ratio: Ratio) -> Iterable[Figure]:
    latest = asked[-1]
    whole = next((one for one in reversed(asked) if ratio.items <= one.items.keys()), latest)
    figure = ratio_of(whole, ratio)
    said = []
    if whole is not latest:
        lacking = " and ".join(sorted(ratio.items - latest.items.keys()))
        said.append(f"The statement of {latest.named} lacks {lacking}: the latest is taken that has all.")
    elif len(asked) > 1 and asked[-2].period.last == latest.period.last:
        said.append(f"Statements of several periods end on {latest.period.last}: that of {latest.days} days is taken.")
    return [replace(figure, assumptions=(*figure.assumptions, *said))]


def _growths(rising: Sequence[Statement], asked: Sequence[Statement], item: str) -> Iterator[Asked]:
    """Of each length of period; of lengths of which there is but one statement it is said that there is."""
    name = f"{item}_growth"
    every = [its for its in _alike(rising, item) if any(one in asked for one in its)]
    able = [its for its in every if its[0] is not _latest(its, asked)]
    if not able:
        yield name, partial(_none_before, rising, asked[-1])
    alone = tuple(
        f"No statement is as long as that of {its[0].named} and earlier: no growth is of that length."
        for its in every
        if its not in able
    )
    for its in able:
        latest = _latest(its, asked)
        upto = its[: its.index(latest) + 1]
        yield name, partial(_with, alone, growth_of, item, upto[-2], latest)
        rate_from = [one for one in upto if one in asked]
        if len(rate_from) > 2:
            yield f"{item}_cagr", partial(_with, alone, cagr_of, item, rate_from[0], latest)


def _alike(rising: Sequence[Statement], item: str) -> list[list[Statement]]:
    """Statements that can be compared, the longest periods first."""
    if item in OF_A_DAY:
        return [list({one.period.last: one for one in rising}.values())]
    found: list[list[Statement]] = []
    for one in sorted(rising, key=lambda its: its.days, reverse=True):
        if found and found[-1][0].days <= one.days * (1 + ALIKE):
            found[-1].append(one)
        else:
            found.append([one])
    return [sorted(its, key=lambda one: one.period.last) for its in found]


def _latest(alike: Sequence[Statement], asked: Sequence[Statement]) -> Statement:
    return [one for one in alike if one in asked][-1]


def _none_before(rising: Sequence[Statement], latest: Statement) -> Iterable[Figure]:
    if len(rising) == 1:
        raise CannotComputeError("One statement is there: growth needs an earlier one.")
    raise CannotComputeError(
        f"No other statement is as long as that of {latest.named} and earlier: growth is of like periods."
    )


def _with(
    said: tuple[str, ...],
    of: Callable[[str, Statement, Statement], Figure],
    item: str,
    one: Statement,
    other: Statement,
) -> Iterable[Figure]:
    figure = of(item, one, other)
    return [replace(figure, assumptions=(*figure.assumptions, *said))]
