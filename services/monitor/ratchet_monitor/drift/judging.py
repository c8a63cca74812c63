"""Which of many findings are drift? Those that are sure and large enough, among all that were looked at together.

With twenty numbers of five models, one in twenty at chance's level would cry every time. Benjamini and Hochberg (1995):
of what is called changed, no more than the level is so by chance on average; and where nothing has changed at all, the
chance that anything is called so is no more than the level either. So the level for a look follows from the false
alarms that a month may bring (budget.level). It holds for features that are independent or rise and fall together.
"""

from collections.abc import Sequence

import msgspec

from ratchet_monitor.drift.finding import Finding


def judged(findings: Sequence[Finding], level: float) -> list[Finding]:
    """In their order. What is too little to say takes no part."""
    adjusted = iter(benjamini_hochberg([one.p for one in findings if one.p is not None]))
    return [one if one.p is None else _judged(one, next(adjusted), level) for one in findings]


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Adjusted, in their order: those no greater than a level are called changed at it."""
    order = sorted(range(len(ps)), key=lambda place: -ps[place])
    adjusted, least = [1.0] * len(ps), 1.0
    for above, place in enumerate(order):
        least = min(least, ps[place] * len(ps) / (len(ps) - above))
        adjusted[place] = least
    return adjusted


def _judged(finding: Finding, adjusted: float, level: float) -> Finding:
    sure, large = adjusted <= level, finding.effect >= finding.least
    verdict = {
        (True, True): "That is drift",
        (True, False): "That is no chance, and too small to matter",
        (False, True): "That may be chance",
        (False, False): "That is no drift",
    }[sure, large]
    why = f"{finding.why} {verdict} (p {_told(adjusted)}, at most {level:.2g} is asked)."
    return msgspec.structs.replace(finding, adjusted_p=adjusted, drifted=sure and large, why=why)


def _told(p: float) -> str:
    return f"{p:.2g}" if p >= 1e-4 else "< 0.0001"
