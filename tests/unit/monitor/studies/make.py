"""Experiments, and answers that take part in them; what a test does not name is ordinary."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ratchet_common.events import Decision
from ratchet_monitor.comparison import Rules
from ratchet_monitor.observations import Observation, observation_of
from ratchet_monitor.scores import Score, score_of
from ratchet_monitor.studies.comparing import compared
from ratchet_monitor.studies.finding import Finding
from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.past import NO_PASTS, Pasts
from ratchet_monitor.studies.study import Arm, Study
from ratchet_monitor.studies.units import Units
from ratchet_scoring.advance import Limits
from tests.unit.monitor.make import NOW, joined, prediction

RULES = Rules(Limits(), min_observations=30)
START = NOW - timedelta(days=1)
A, B, C = (Arm(name=name, share=share, model=f"model-{name}") for name, share in (("a", 50), ("b", 50), ("c", 0)))
TWO = (A, B)
THREE = tuple(Arm(name=name, share=share, model=f"m-{name}") for name, share in (("a", 40), ("b", 30), ("c", 30)))


def study(*arms: Arm, **changes: Any) -> Study:
    given: dict[str, Any] = {
        "experiment_id": "exp-1",
        "tenant": "acme",
        "task_type": "summary",
        "name": "which model",
        "arms": arms or TWO,
        "unit": "session",
        "metric": Metric.SCORE,
        "minimum_effect": 0.05,
        "started_at": START,
        "who": "ann",
    }
    return Study(**given | changes)


def exposure(
    number: int, arm: str, *, at: datetime = START, unit: str = "", experiment: str = "exp-1", **changes: Any
) -> Observation:
    told = f"{experiment}:{arm}" if experiment else ""
    given: dict[str, Any] = {
        "unit": unit or f"unit-{number}",
        "session": unit or f"unit-{number}",
        "experiment": told or None,
        "decision": Decision(assigned_by="experiment" if told else "routed", experiment=told),
    }
    seen_at = changes.pop("seen_at", at + timedelta(milliseconds=number % 1000))
    return observation_of(prediction(number, at=at, **given | changes), seen_at)


def word(number: int, score: float, *, at: datetime = START, **changes: Any) -> Score:
    seen_at = changes.pop("seen_at", at + timedelta(seconds=30, milliseconds=number % 1000))
    return score_of(joined(number, score, at=at, **changes), seen_at)


class Played:
    """Units that come one after another over a day, drawn by the arms' shares."""

    def __init__(self, of: Study, seed: int, shares: Mapping[str, float] | None = None) -> None:
        self.study, self.chance = of, random.Random(seed)
        self.shares = shares or {arm.name: arm.share for arm in of.arms}
        self.observations: list[Observation] = []
        self.words: list[Score] = []

    def draw(self) -> str:
        return self.chance.choices(list(self.shares), list(self.shares.values()))[0]

    def at(self, number: int, n: int) -> datetime:
        return START + timedelta(hours=20) * number / n

    def scored(self, n: int, rates: Mapping[str, float], *, failing: Mapping[str, float] | None = None) -> "Played":
        for number in range(n):
            arm, at = self.draw(), self.at(number, n)
            outcome = "failed" if self.chance.random() < (failing or {}).get(arm, 0.0) else "ok"
            self.observations.append(exposure(number, arm, at=at, outcome=outcome))
            self.words.append(word(number, float(self.chance.random() < rates[arm]), at=at))
        return self

    def paid(self, n: int, usd: Mapping[str, float], *, spread: float = 0.3, known: float = 0.0) -> "Played":
        """Users of two answers each. `known`: how much of what a user costs goes with him from before to now."""
        for number in range(n):
            arm, at, user = self.draw(), self.at(number, n), f"user-{number}"
            own = self.chance.gauss(0, 1)
            for turn in range(2):
                noise = known * own + (1 - known**2) ** 0.5 * self.chance.gauss(0, 1)
                cost = Decimal(str(round(usd[arm] * (2.718 ** (spread * noise)), 9)))
                key = 2 * number + turn
                self.observations.append(exposure(key, arm, at=at, unit=f"s-{key}", user=user, cost_usd=cost))
            before = Decimal(str(round(usd[arm] * 2.718 ** (spread * own), 9))) if known else Decimal(0)
            if known and number % 10:
                key = 1_000_000 + number
                past = START - timedelta(days=2)
                self.observations.append(
                    exposure(key, "", at=past, unit=f"s-{key}", user=user, cost_usd=before, experiment="")
                )
        return self

    async def found(self, pasts: Pasts = NO_PASTS, rules: Rules = RULES, now: datetime = NOW) -> Finding:
        units = Units(self.study)
        units.see(self.observations, self.words)
        return await compared(self.study, units, pasts, rules, now)


def results(observations: Sequence[Observation]) -> list[UUID]:
    return [one.result_id for one in observations]
