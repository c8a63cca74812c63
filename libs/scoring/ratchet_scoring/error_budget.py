"""How the one chance of a false verdict is spent: over arms, over guard-rails, over gains and losses.

Any number of looks is free, that is what confidence sequences are for. Comparisons are not: with four arms against one
control, each at .05, some arm would falsely win in far more than a twentieth of the experiments. Each comparison gets
an equal part (Bonferroni): it needs no independence, and as every arm meets the same control there is none.
"""

from dataclasses import dataclass

from ratchet_scoring.shares import ALPHA


@dataclass(frozen=True, slots=True)
class Budget:
    """`verdicts`: the chance of any false verdict, advance or roll back, on any arm, at any look."""

    verdicts: float = 0.05
    for_guard_rails: float = 0.2  # the part of it that may stop an arm falsely; all is the gains' if there are none
    shares: float = ALPHA  # beside it: a false alarm on the shares holds and decides nothing

    def __post_init__(self) -> None:
        if not (0 < self.verdicts < 1 and 0 < self.shares < 1 and 0 < self.for_guard_rails < 1):
            raise ValueError(f"{self} is no budget: each part lies between 0 and 1.")

    def of_gain(self, *, arms: int, guard_rails: int = 0) -> float:
        """The alpha of each arm's interval against the control, both sides together. `arms`: with the control."""
        part = 1 - self.for_guard_rails if guard_rails else 1.0
        return self.verdicts * part / _compared(arms)

    def of_guard_rail(self, *, arms: int, guard_rails: int) -> float:
        """The alpha of each guard-rail's interval. Twice its part: only the side that says "worse" stops an arm."""
        if guard_rails < 1:
            raise ValueError(f"There are {guard_rails} guard-rails: nothing to spend on.")
        return 2 * self.verdicts * self.for_guard_rails / (_compared(arms) * guard_rails)


def _compared(arms: int) -> int:
    if arms < 2:
        raise ValueError(f"There are {arms} arms: a control and another at least are compared.")
    return arms - 1
