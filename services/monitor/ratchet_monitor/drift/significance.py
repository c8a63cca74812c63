"""How likely is so large a statistic where nothing has changed? Closed forms and short sums, so that no more is needed
than the standard library."""

from math import erfc, exp, lgamma, log, log1p, pi, sqrt

TERMS = 20  # from 1 on all later ones are 0
SAME = 1e-9  # relative: two tables are equally likely where only rounding tells them apart


def normal(z: float) -> float:
    """Two-sided."""
    return erfc(abs(z) / sqrt(2))


def student(t: float, freedom: int) -> float:
    """Two-sided, by the normal value that comes near it (Wallace, Annals of Mathematical Statistics 30, 1959)."""
    return normal(sqrt(freedom * log1p(t * t / freedom)) * (8 * freedom + 1) / (8 * freedom + 3))


def chi_squared(statistic: float, freedom: int) -> float:
    """Upper tail, by the recurrence of the incomplete gamma function from 1/2 or 1 upwards."""
    if freedom < 1:
        raise ValueError(f"Chi-squared with {freedom} degrees of freedom: at least 1 is needed.")
    x = statistic / 2
    if x <= 0:
        return 1.0
    a, tail = (0.5, erfc(sqrt(x))) if freedom % 2 else (1.0, exp(-x))
    while a < freedom / 2:
        tail += exp(a * log(x) - x - lgamma(a + 1))
        a += 1
    return min(tail, 1.0)


def kolmogorov(distance: float, one: int, other: int) -> float:
    """Of the largest distance between two distribution functions, of `one` and `other` values (Stephens 1970).

    Where values are equal or counted in bins, the truth is smaller: the test errs to the safe side.
    """
    root = sqrt(one * other / (one + other))
    x = (root + 0.12 + 0.11 / root) * distance
    if x < 0.2:  # the series for the tail is slow here, and the answer is 1 to thirteen digits
        return 1.0
    if x < 1:
        below: float = sum(exp(-((2 * k - 1) ** 2) * pi**2 / (8 * x * x)) for k in range(1, 10))
        return min(1.0, max(0.0, 1 - sqrt(2 * pi) / x * below))
    return min(1.0, 2 * sum((-1.0) ** (k - 1) * exp(-2 * (k * x) ** 2) for k in range(1, TERMS)))


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Fisher's exact test, two-sided, of the table ((a, b), (c, d)): all tables that are no likelier together.

    Takes as many steps as the rarest row or column has members.
    """
    rows, columns = (a + b, c + d), (a + c, b + d)
    least, most = max(0, columns[0] - rows[1]), min(rows[0], columns[0])
    whole = _log_choose(sum(rows), columns[0])

    def chance(k: int) -> float:
        return exp(_log_choose(rows[0], k) + _log_choose(rows[1], columns[0] - k) - whole)

    ours = chance(a) * (1 + SAME)
    return min(1.0, sum(p for p in map(chance, range(least, most + 1)) if p <= ours))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
