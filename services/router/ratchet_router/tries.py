"""Which target is asked next, and after which pause: until one answers, or the time, the targets or the tries end."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from msgspec.structs import replace

from ratchet_catalogue.provider_table import LimitsTable
from ratchet_common.events import Attempt, Usage
from ratchet_providers.base import TimeLimits
from ratchet_providers.failing import FINAL, ProviderError
from ratchet_router.failures import NO_FAILURE
from ratchet_router.gate import Gate
from ratchet_router.impatience import is_the_callers
from ratchet_router.one_try import CANCELLED, Asking
from ratchet_router.retrying import pause_before_retry
from ratchet_router.surroundings import Surroundings
from ratchet_router.target import Place

T = TypeVar("T", bound=Place)
NOBODY: Final[Mapping[str, Any]] = {}
STUDENTS_PATIENCE_S: Final = 15.0  # it answers in milliseconds once it is loaded
SHARE_OF_REMAINING: Final = 0.5  # of the time that is left, for one that others come after


@dataclass(slots=True, kw_only=True)
class Tries(Generic[T]):
    """Of one request. `attempted` hears of each try as it ends, in case that the request is stopped midway."""

    targets: list[T]
    around: Surroundings
    deadline: float  # by the monotonic clock
    models: int  # how many different ones may be tried
    attempted: Callable[[Attempt], None]
    streams: bool = False
    limits: LimitsTable | None = None  # the caller's own, in place of the target's
    usual_s: float = 0.0  # for all tries, where a caller sets no deadline; 0 where this one sets no limits
    spare: Mapping[str, T] = field(default_factory=dict)  # who is asked after a failure of a kind that names them
    errors: list[tuple[T, ProviderError]] = field(default_factory=list)
    interrupted: T | None = None  # asked when the request was stopped midway
    answers: list[tuple[Attempt, T, Usage]] = field(default_factory=list)
    _tried: dict[str, int] = field(default_factory=dict)
    _again: T | None = None
    _gate: Gate | None = None  # that the one was let in by who is asked now
    _pause_s: float = 0.0
    _over: bool = False
    _unsure: T | None = None  # it has an answer all the same, should nobody else have one

    def remaining_s(self) -> float:
        return self.deadline - time.monotonic()

    async def next(self) -> T | None:
        """None: there is nobody left to ask, or no time. Waits where a pause is due."""
        if self._over or self.remaining_s() <= self._pause_s:
            return None
        if self._again is not None:
            target, self._again = self._again, None
            pause_s, self._pause_s = self._pause_s, 0.0
            await asyncio.sleep(pause_s)
            if await self._let_in(target, again=True):
                return target
        return await self._another()

    def only(self, wanted: Callable[[T], bool]) -> None:
        """From here on, nobody else."""
        self.targets = [target for target in self.targets if wanted(target)]
        self._again, self._unsure = (one if one and wanted(one) else None for one in (self._again, self._unsure))

    def stop(self) -> None:
        self._over = True

    def limits_of(self, target: T) -> TimeLimits:
        """A stream that has begun may take all the time there is; before, others shall have their turn as well."""
        given = self.limits.over(target.limits) if self.limits else target.limits
        remaining, most = max(self.remaining_s(), 0.001), self._share_s()
        whole = min(given.total_s, most, STUDENTS_PATIENCE_S if target.artifact else most)
        total = remaining if self.streams else whole
        return replace(given, first_s=min(given.first_s, most), total_s=total)

    def _share_s(self) -> float:
        """Of the time that is left, for the one whose turn it is."""
        return max(self.remaining_s(), 0.001) * (SHARE_OF_REMAINING if self.targets or self._unsure else 1.0)

    def asking(self, target: T) -> Asking[T]:
        """One try of what `next` gave: timed, noted, and its failure remembered instead of raised."""
        self._tried[target.name] = self._tried.get(target.name, 0) + 1
        if self._tried[target.name] == 1:
            self.around.budget.first_try(target.at)
        gate, self._gate = self._gate, None
        return Asking(self, target, gate)

    async def _another(self) -> T | None:
        while self.targets and len(self._tried) < self.models:
            target = self.targets.pop(0)
            if await self._let_in(target):
                return target
        last, self._unsure = self._unsure, None
        return last if last and await self._let_in(last, again=True) else None

    async def _let_in(self, target: T, *, again: bool = False) -> bool:
        started = time.perf_counter()
        alone = not self.targets and not self.errors
        try:
            self._gate = await self.around.let_in(target, self._share_s(), again=again, nothing_else=alone)
        except ProviderError as error:
            self.errors.append((target, error))
            if error.kind == "busy":
                self._note(target, started, error)
            return False
        return True

    # how a try ended

    def answered(self, target: T, gate: Gate | None, asking: Asking[T]) -> None:
        self.around.answered(target, gate)
        attempt = self._note(target, asking.started, None)
        if asking.usage is not None:
            self.answers.append((attempt, target, asking.usage))

    def failed(self, target: T, gate: Gate | None, asking: Asking[T], error: ProviderError) -> None:
        if self._is_the_callers(target, asking, error):
            self.around.left(target, gate)
        else:
            self.around.failed(target, gate, error)
        self._note(target, asking.started, error, usage=asking.usage or error.usage)
        self._go_on_after(target, error)

    def _is_the_callers(self, target: T, asking: Asking[T], error: ProviderError) -> bool:
        if not self.usual_s:
            return False
        usual = replace(target.limits, total_s=min(target.limits.total_s, self.usual_s * SHARE_OF_REMAINING))
        waited_s = time.perf_counter() - asking.started
        return is_the_callers(error.kind, waited_s, usual, self.limits, streams=self.streams)

    def left(self, target: T, gate: Gate | None, asking: Asking[T]) -> None:
        """The request was stopped midway."""
        self.interrupted = target
        self.around.left(target, gate)
        self._note(target, asking.started, None, error=CANCELLED)

    def _go_on_after(self, target: T, error: ProviderError) -> None:
        self.errors.append((target, error))
        self._put_first(target.instead.get(error.kind, ()))
        if error.kind in FINAL:
            self._over = True
        elif error.kind == "too_long":
            self.only(lambda other: other.window > target.window)
        elif error.kind in NO_FAILURE:  # as if it had not been asked
            self.models += 1
            if error.kind == "unsure":
                self._unsure = replace(target, may_abstain=False)
        else:
            self._retry_perhaps(target, error)

    def _put_first(self, names: Sequence[str]) -> None:
        there = {target.name: target for target in self.targets}
        first = [one for name in names if (one := there.get(name) or self.spare.get(name)) and name not in self._tried]
        self.targets = [*first, *(target for target in self.targets if target not in first)]

    def _retry_perhaps(self, target: T, error: ProviderError) -> None:
        others = bool(self.targets) and len(self._tried) < self.models
        if others and target.artifact:
            return  # it failed here, and will do so again
        tried, first = self._tried[target.name], len(self._tried) == 1
        pause = pause_before_retry(error, tried, first=first, others=others, dice=self.around.dice)
        breakers = self.around.breakers
        if pause is None or breakers.is_open(target.name) or (others and breakers.wait_s(target.name) > 0):
            return
        if self.around.budget.takes(target.at):
            self._again, self._pause_s = target, pause

    def _note(
        self, target: T, started: float, failure: ProviderError | None, *, usage: Usage | None = None, error: str = ""
    ) -> Attempt:
        attempt = Attempt(
            model=target.name,
            provider=target.at,
            latency_ms=round((time.perf_counter() - started) * 1000, 3),
            error=failure.kind if failure else error,
            status=failure.status if failure else 0,
            usage=usage if failure else None,
            cost_usd=target.cost_of(usage) if usage and failure else Decimal(0),
        )
        self.attempted(attempt)
        return attempt


def tries(
    targets: Sequence[T],
    around: Surroundings,
    *,
    deadline_s: float,
    models: int,
    attempted: Callable[[Attempt], None],
    streams: bool = False,
    limits: LimitsTable | None = None,
    usual_s: float = 0.0,
    spare: Mapping[str, T] = NOBODY,
) -> Tries[T]:
    return Tries(
        targets=list(targets),
        around=around,
        deadline=time.monotonic() + deadline_s,
        models=models,
        attempted=attempted,
        streams=streams,
        limits=limits,
        usual_s=usual_s,
        spare=spare,
    )
