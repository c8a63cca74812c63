"""What a comparison of two windows came to."""

import msgspec


class Side(msgspec.Struct, frozen=True):
    n: int  # answers
    value: float | None  # what the finding's `what` names; None of nothing


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Drifted only if judged so (judging.py): a change must be sure, and large enough to matter."""

    feature: str
    what: str  # the value of both sides: mean, median, share of …
    reference: Side
    current: Side
    statistic: float | None = None
    p: float | None = None  # of this test alone; None: too little to say
    adjusted_p: float | None = None  # among all that were judged together
    effect: float  # how large the change is: a loss of accuracy, or PSI
    least: float  # an effect under this does not matter
    interval: tuple[float, float] | None = None  # 95 %, of current - reference, where the test gives one
    drifted: bool = False
    why: str  # a sentence


def too_little(feature: str, what: str, reference: Side, current: Side, *, least: float, needed: int) -> Finding:
    return Finding(
        feature=feature,
        what=what,
        reference=reference,
        current=current,
        effect=0.0,
        least=least,
        why=f"Too little to say of {feature}: {current.n:,} answers now and {reference.n:,} before, "
        f"and {needed} of each are needed.",
    )
