"""What all requests share: who is well, who is full, how much may be retried. Whoever wants to ask a model comes by."""

import random
from dataclasses import dataclass, field
from typing import Final

from ratchet_providers.failing import THE_REQUESTS_FAULT, ProviderError
from ratchet_router.breaker import COUNTED, Breakers
from ratchet_router.gate import Gate, Gates
from ratchet_router.retrying import RetryBudget
from ratchet_router.target import Place
from ratchet_router.vanguard import Vanguards

PROBE_PATIENCE_S: Final = 2.0  # for what becomes of another's probe, where nothing else remains


@dataclass(frozen=True, slots=True)
class Surroundings:
    breakers: Breakers
    gates: Gates
    budget: RetryBudget
    dice: random.Random
    vanguards: Vanguards = field(default_factory=Vanguards)

    async def let_in(self, place: Place, patience_s: float, *, again: bool, nothing_else: bool) -> Gate | None:
        """Returns when it may be asked; `ended` or `left` has to follow. The gate is the one that was gone through.

        `again`: it was asked before by the same request. Raises ProviderError: it rests, or is too busy.
        """
        name, breakers = place.name, self.breakers
        await self.vanguards.turn(name, patience_s, breakers.rests)
        taken = not breakers.is_open(name) if again else breakers.takes(name, nothing_else=nothing_else)
        if not taken and nothing_else and breakers.is_probed(name):
            await self.vanguards.heard(name, min(patience_s, PROBE_PATIENCE_S))
            taken = breakers.takes(name, nothing_else=True)
        if not taken:
            raise self._resting(name)
        probes, gate = breakers.rests(name), self.gates.of(place.at)
        self.vanguards.begun(name)
        if gate is None:
            return None
        try:
            await gate.enter(patience_s)
        except BaseException:
            self.left(place, None)
            raise
        if not probes and breakers.rests(name):  # it failed while this one waited in the queue
            self.left(place, gate)
            raise self._resting(name)
        return gate

    def shows(self, place: Place) -> None:
        """A stream of it has begun."""
        self.breakers.shows(place.name)
        self.vanguards.shows(place.name)

    def answered(self, place: Place, gate: Gate | None) -> None:
        self.breakers.answered(place.name)
        self._gone(place, gate, well=True)

    def failed(self, place: Place, gate: Gate | None, error: ProviderError) -> None:
        if error.kind == "unsure":  # it is well, and has said so
            self.answered(place, gate)
            return
        if error.kind == "unsuited":  # says nothing of how it is
            self.left(place, gate)
            return
        self.breakers.failed(place.name, error.kind, error.retry_after_s)
        down = error.kind in COUNTED or error.kind == "rate_limited"
        self._gone(place, gate, well=False if down else True if error.kind in THE_REQUESTS_FAULT else None)

    def left(self, place: Place, gate: Gate | None) -> None:
        """Before there was an answer."""
        self.breakers.left(place.name)
        self._gone(place, gate, well=None)

    def _gone(self, place: Place, gate: Gate | None, *, well: bool | None) -> None:
        if gate is not None:
            gate.leave()
        self.vanguards.ended(place.name, well=well)

    def _resting(self, name: str) -> ProviderError:
        wait = self.breakers.wait_s(name)
        return ProviderError(self.breakers.why(name), "it failed just now and rests", retry_after_s=wait or None)
