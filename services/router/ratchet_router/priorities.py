"""What matters to a caller: how much quality counts beside price and speed. Pure."""

import msgspec


class Priorities(msgspec.Struct, frozen=True):
    """Finite, and none below 0; only their proportions matter. All 0 is as good as all alike."""

    accuracy: float = 1.0
    cost: float = 1.0
    speed: float = 1.0

    def scaled(self) -> "Priorities":
        most = max(self.accuracy, self.cost, self.speed)
        if most <= 0:
            return Priorities(1 / 3, 1 / 3, 1 / 3)
        accuracy, cost, speed = self.accuracy / most, self.cost / most, self.speed / most  # their sum is finite
        total = accuracy + cost + speed
        return Priorities(accuracy / total, cost / total, speed / total)


EVEN = Priorities()
