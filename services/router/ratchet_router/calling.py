"""One thing after another is asked until one answers, within the deadline. Every try is kept."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ratchet_common.errors import RefusedError, UnavailableError
from ratchet_common.events import Approach, Attempt
from ratchet_providers.base import ErrorKind, ModelAnswer, ModelRequest, Provider, ProviderError, TimeLimits
from ratchet_router.catalogue import Tier
from ratchet_router.health import Health
from ratchet_router.prices import Prices

STUDENTS_PATIENCE_S = 15.0  # it answers in milliseconds once it is loaded
SHARE_OF_REMAINING = 0.5  # of the time that is left, for one that others come after


class ProvidersDownError(UnavailableError):
    type = "providers-down"
    title = "No model answered"


class ProviderRefusedError(RefusedError):
    type = "provider-refused"
    title = "The model's provider refused the request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to ask. `name` is the model's in the catalogue, or the version's id."""

    name: str
    version_id: str
    model: str
    tier: Tier
    approach: Approach
    prices: Prices
    provider: Provider
    upstream_model: str
    artifact: str = ""
    sha256: str = ""

    def patience_s(self, remaining: float, *, last: bool) -> float:
        given = remaining if last else remaining * SHARE_OF_REMAINING
        return min(given, STUDENTS_PATIENCE_S) if self.artifact else given


@dataclass(frozen=True, slots=True)
class Called:
    """`answer` and `target` are None when nothing answered; `refused`: the request itself is at fault."""

    attempts: tuple[Attempt, ...]
    target: Target | None = None
    answer: ModelAnswer | None = None
    refused: ErrorKind | None = None


async def call_in_order(
    targets: Sequence[Target],
    request: ModelRequest,
    *,
    deadline_s: float,
    health: Health,
    attempted: Callable[[Attempt], None],
) -> Called:
    """`attempted` hears of every try as it ends, for the case that the caller of this is stopped midway."""
    end = asyncio.get_running_loop().time() + deadline_s
    attempts: list[Attempt] = []
    for number, target in enumerate(targets):
        remaining = end - asyncio.get_running_loop().time()
        if remaining <= 0:
            break
        timeout = target.patience_s(remaining, last=number == len(targets) - 1)
        started = time.perf_counter()
        try:
            answer = await target.provider.answer(_for(target, request, timeout))
        except ProviderError as error:
            failure: ProviderError | None = error
        else:
            failure = None
        attempt = Attempt(
            model=target.name,
            latency_ms=round((time.perf_counter() - started) * 1000, 3),
            error=failure.kind if failure else "",
        )
        attempts.append(attempt)
        attempted(attempt)
        if failure is None:
            health.answered(target.name)
            return Called(tuple(attempts), target, answer)
        if not failure.retryable:
            return Called(tuple(attempts), refused=failure.kind)
        health.failed(target.name)
    return Called(tuple(attempts))


def _for(target: Target, request: ModelRequest, timeout_s: float) -> ModelRequest:
    return replace(
        request,
        model=target.upstream_model,
        limits=TimeLimits(total_s=timeout_s),
        artifact=target.artifact,
        sha256=target.sha256,
    )


def failure(called: Called) -> RefusedError:
    """What the caller is told when nothing answered."""
    tried: list[Mapping[str, str]] = [{"model": attempt.model, "error": attempt.error} for attempt in called.attempts]
    listed = ", ".join(f"{one['model']} ({one['error']})" for one in tried) or "nothing within the deadline"
    if called.refused is not None:
        return ProviderRefusedError(f"The request was refused by its provider: {listed}. Change it.", tried=tried)
    return ProvidersDownError(f"No model answered; tried were {listed}. Try again later.", tried=tried)
