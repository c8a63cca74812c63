"""Has a mix changed: of languages, tasks, refusals, broken formats?

Pearson's chi-squared over what is common enough (5 expected in each window); what is rarer counts together. Where only
two kinds are left and one of them is rare, as refusals are, Fisher's exact test takes its place.
"""

from collections.abc import Mapping
from typing import Final

from ratchet_monitor.drift.distances import psi
from ratchet_monitor.drift.finding import Finding, Side, too_little
from ratchet_monitor.drift.significance import chi_squared, fisher

RARE: Final = 5.0  # expected
MOST: Final = 50  # kinds that are told apart
LEAST_PSI: Final = 0.2
LEAST_OF_A_RATE: Final = 0.02  # PSI: 1 % that become 3 %, 5 % that become 9 %
NEEDED: Final = 30
OTHERS: Final = "(others)"
Counts = Mapping[str, int]
Table = dict[str, tuple[int, int]]  # of each kind: in the reference, now


def compare_categories(
    feature: str, reference: Counts, current: Counts, *, least: float = LEAST_PSI, needed: int = NEEDED
) -> Finding:
    n, m = sum(reference.values()), sum(current.values())
    if min(n, m) < needed:
        return too_little(feature, "share", Side(n, None), Side(m, None), least=least, needed=needed)
    table = pooled(reference, current)
    statistic, p = chi_squared_or_fisher(table)
    effect = psi([was for was, _ in table.values()], [now for _, now in table.values()])
    kind, (was, now) = max(table.items(), key=lambda row: round(abs(row[1][1] / m - row[1][0] / n), 9))
    return Finding(
        feature=feature,
        what=f"share of {kind}",
        reference=Side(n, was / n),
        current=Side(m, now / m),
        statistic=statistic,
        p=p,
        effect=effect,
        least=least,
        why=f"Of {feature}, the share of {kind} was {was / n:.3f} and is {now / m:.3f}; the mixes differ by a PSI of "
        f"{effect:.3f}, where {least:g} is allowed.",
    )


def compare_rate(
    feature: str,
    reference: tuple[int, int],
    current: tuple[int, int],
    *,
    least: float = LEAST_OF_A_RATE,
    needed: int = NEEDED,
) -> Finding:
    """Of (how many have it, of how many)."""
    was, now = ({"yes": have, "no": n - have} for have, n in (reference, current))
    return compare_categories(feature, was, now, least=least, needed=needed)


def pooled(reference: Counts, current: Counts) -> Table:
    """The commonest kinds first; OTHERS last, if there are any. Two rows at least, unless there is but one kind."""
    n, m = sum(reference.values()), sum(current.values())
    table = {kind: (reference.get(kind, 0), current.get(kind, 0)) for kind in reference.keys() | current.keys()}
    by_size = sorted((-was - now, kind) for kind, (was, now) in table.items() if was + now)
    rows = [(kind, table[kind]) for _, kind in by_size]
    fewer = min(n, m)
    common = sum(-size * fewer / (n + m) >= RARE for size, _ in by_size)
    kept = min(max(common, 1), MOST)
    if kept == len(rows) - 1:  # a single kind is told by its name
        kept += 1
    rest = [row for _, row in rows[kept:]]
    found = dict(rows[:kept])
    if rest:
        found[OTHERS] = (sum(was for was, _ in rest), sum(now for _, now in rest))
    return _last_joined(found, n, m)


def _last_joined(table: Table, n: int, m: int) -> Table:
    """The last row, where it is rare even so, joins the rarest of the others, if two rows are left then."""
    *first, (_, last) = table.items()
    if len(first) < 2 or sum(last) * min(n, m) / (n + m) >= RARE:
        return table
    kind, rarest = first.pop()
    return dict(first) | {f"{kind} {OTHERS}": (rarest[0] + last[0], rarest[1] + last[1])}


def chi_squared_or_fisher(table: Table) -> tuple[float, float]:
    """Chi-squared, and p."""
    if len(table) < 2:
        return 0.0, 1.0
    sums = [sum(column) for column in zip(*table.values(), strict=True)]
    whole = sum(sums)
    cells = [(seen, sum(row) * total / whole) for row in table.values() for seen, total in zip(row, sums, strict=True)]
    statistic = sum((seen - expected) ** 2 / expected for seen, expected in cells)
    if len(table) == 2 and min(expected for _, expected in cells) < RARE:
        (a, b), (c, d) = table.values()
        return statistic, fisher(a, b, c, d)
    return statistic, chi_squared(statistic, len(table) - 1)
