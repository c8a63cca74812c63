from math import sqrt

from tests.bench.figure import Figure


def false_verdicts(name: str, wrong: int, runs: int, goal: float, baseline: str | None = None) -> Figure:
    low, high = wilson(wrong, runs)
    print(f"false verdicts, {name}: {wrong / runs:.4f} [{low:.4f}, {high:.4f}] of {runs}; {baseline or ''}")
    return Figure(
        name=f"sequential: false verdicts, {name}",
        value=wrong / runs,
        unit=f"share of {runs} runs (95 %: {low:.4f} to {high:.4f})",
        goal=f"≤ {goal}",
        met=wrong / runs <= goal,
        baseline=baseline,
    )


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    share, weight = hits / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
