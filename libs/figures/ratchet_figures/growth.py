"""By how much an item grew from one statement to a later one."""

from ratchet_figures.figure import CannotComputeError, Figure, Period
from ratchet_figures.statements import OF_A_DAY, Statement, inputs

DAYS_A_YEAR = 365.25
ALIKE = 0.1  # quarters have 90 to 92 days, years 365 or 366, some 52 and some 53 weeks


def growth_of(item: str, earlier: Statement, later: Statement) -> Figure:
    """Raises CannotComputeError where the two cannot be compared."""
    before, after = _both(item, earlier, later)
    return Figure(
        f"{item}_growth",
        later.company,
        after / before - 1,
        "share",
        Period(earlier.period.first, later.period.last),
        f"{item} of {later.named} / {item} of {earlier.named} - 1",
        inputs(earlier, [item]) + inputs(later, [item]),
    )


def cagr_of(item: str, earlier: Statement, later: Statement) -> Figure:
    """A year, by the time between the ends of the periods. Raises CannotComputeError."""
    before, after = _both(item, earlier, later)
    years = (later.period.last - earlier.period.last).days / DAYS_A_YEAR
    if after <= 0:
        raise CannotComputeError(f"{item} is not above 0 at the end: it has no rate of growth.")
    return Figure(
        f"{item}_cagr",
        later.company,
        (after / before) ** (1 / years) - 1,
        "share",
        Period(earlier.period.first, later.period.last),
        f"({item} of {later.named} / {item} of {earlier.named}) ^ (1 / {years:.2f} years) - 1",
        inputs(earlier, [item]) + inputs(later, [item]),
    )


def _both(item: str, earlier: Statement, later: Statement) -> tuple[float, float]:
    if earlier.company != later.company:
        raise CannotComputeError(f"{earlier.company} and {later.company} are two companies: growth is of one.")
    if earlier.currency != later.currency:
        raise CannotComputeError(f"One statement is in {earlier.currency}, the other in {later.currency}.")
    if earlier.period.last >= later.period.last:
        raise CannotComputeError(f"The period to {later.period.last} does not end after that to {earlier.period.last}.")
    long, longer = sorted(one.days for one in (earlier, later))
    if item not in OF_A_DAY and longer > long * (1 + ALIKE):
        raise CannotComputeError(f"One period has {long} days, the other {longer}: their {item} cannot be compared.")
    (before,), (after,) = inputs(earlier, [item]), inputs(later, [item])
    if before.value is None or after.value is None or before.value <= 0:
        raise CannotComputeError(f"{item} of {earlier.named} is not above 0: growth from there says nothing.")
    return before.value, after.value
