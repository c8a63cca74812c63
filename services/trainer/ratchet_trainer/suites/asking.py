"""A version or a model is asked: again where it may help, and never for more money than was given."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from ratchet_catalogue.catalogue import LOCAL_STUDENT, Catalogue, Model
from ratchet_catalogue.prices import ZERO, Prices
from ratchet_common.errors import RefusedError
from ratchet_common.events import Usage
from ratchet_providers.base import ErrorKind, ModelRequest, Provider, ProviderError, TimeLimits
from ratchet_providers.usage import estimated_tokens
from ratchet_trainer.rollouts.versions import Version, serving
from ratchet_trainer.suites.run import Subject
from ratchet_trainer.suites.texts import Question

TRIES: Final = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
ANSWER_PATIENCE_S: Final = 120.0
PASSING: Final[frozenset[ErrorKind]] = frozenset(
    {"unreachable", "timeout", "rate_limited", "overloaded", "busy", "unavailable", "cut", "malformed"}
)  # may be better in a moment
HOPELESS: Final[frozenset[ErrorKind]] = frozenset({"unauthorized", "no_such_model", "quota"})  # whatever is asked

Pause = Callable[[float], Awaitable[None]]


class CannotAskError(RefusedError):
    type = "cannot-ask"
    title = "That cannot be asked"


class SpentError(RefusedError):
    type = "spent"
    title = "The money that was given is spent"


@dataclass(frozen=True, slots=True)
class Reply:
    output: str
    latency_ms: float
    cost_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """`prices` None: it costs nothing. `alone`: a student; asked beside others, its latency would be theirs too."""

    provider: Provider
    model: str
    prices: Prices | None = None
    alone: bool = False
    artifact: str = ""
    sha256: str = ""

    async def ask(self, task_type: str, question: Question, most_tokens: int, *, may_abstain: bool = False) -> Reply:
        """Raises ProviderError: `unsure` where it may abstain, as a student may wherever others can be asked."""
        request = ModelRequest(
            model=self.model,
            task_type=task_type,
            messages=question.messages,
            document=question.document,
            question=question.question,
            labels=question.labels,
            max_output_tokens=most_tokens,
            limits=TimeLimits(total_s=ANSWER_PATIENCE_S),
            artifact=self.artifact,
            sha256=self.sha256,
            may_abstain=may_abstain,
        )
        started = time.perf_counter()
        said = await self.provider.answer(request)
        cost = self.prices.of(said.usage) if self.prices else ZERO
        return Reply(said.output, (time.perf_counter() - started) * 1000, cost)

    def at_most(self, question: Question, most_tokens: int) -> Decimal:
        """USD; a token for every two bytes is far more than a text has on average: two letters of English, two thirds
        of a Chinese one, half an emoji.
        """
        if self.prices is None:
            return ZERO
        read = max(estimated_tokens(question.chars), question.bytes // 2)
        return self.prices.of(Usage(input_tokens=read, output_tokens=most_tokens))


class Purse:
    """What may still be spent. What calls under way may cost is set aside before them."""

    def __init__(self, limit: Decimal, spent: Decimal) -> None:
        self.limit, self.spent, self._aside = limit, spent, ZERO

    def set_aside(self, amount: Decimal) -> None:
        """Raises SpentError."""
        if self.spent + self._aside + amount > self.limit:
            raise SpentError(
                f"The next call might cost more than is left of {self.limit:f} USD, of which {self.spent:f} are spent: "
                "raise max_cost_usd."
            )
        self._aside += amount

    def pay(self, set_aside: Decimal, cost: Decimal) -> None:
        self._aside -= set_aside
        self.spent += cost


async def ask_patiently(
    asker: Asker,
    task_type: str,
    question: Question,
    most_tokens: int,
    purse: Purse,
    pause: Pause,
    *,
    may_abstain: bool = False,
) -> Reply:
    """Raises ProviderError once it will not get better, SpentError."""
    for attempt in range(TRIES):
        aside = asker.at_most(question, most_tokens)
        purse.set_aside(aside)
        cost = ZERO
        try:
            reply = await asker.ask(task_type, question, most_tokens, may_abstain=may_abstain)
            cost = reply.cost_usd
            return reply
        except ProviderError as error:
            cost = asker.prices.of(error.usage) if asker.prices and error.usage else ZERO
            if error.kind not in PASSING or attempt == TRIES - 1:
                raise
            wait = max(FIRST_PAUSE_S * 2**attempt, error.retry_after_s or 0.0)
        finally:
            purse.pay(aside, cost)
        await pause(min(wait, LONGEST_PAUSE_S))
    raise AssertionError("The last try returns or raises.")


class KnownVersions(Protocol):
    async def get(self, tenant: str, version_id: str) -> Version: ...


@dataclass(frozen=True)
class Askers:
    """`models`: who answers for each model of the catalogue, by its name; `platforms`: for each platform's versions."""

    catalogue: Catalogue
    models: Mapping[str, Provider]
    platforms: Mapping[str, Provider]
    students: Provider
    versions: KnownVersions

    async def of(self, tenant: str, subject: Subject, task_type: str) -> Asker:
        """Raises UnknownVersionError, CannotAskError."""
        if subject.version_id:
            return self._of_version(await self.versions.get(tenant, subject.version_id), task_type)
        return self.of_model(tenant, subject.model)

    def of_model(self, tenant: str, name: str) -> Asker:
        """Raises CannotAskError."""
        model = self.catalogue.of(tenant).models.get(name)
        if model is None:
            known = ", ".join(sorted(self.catalogue.of(tenant).models))
            raise CannotAskError(
                f"There is no model {name} in the trainer's catalogue (setting TRAINER_CATALOGUE); known are {known}."
            )
        return Asker(provider=self.models[name], model=_named_upstream(model), prices=model.prices)

    def _of_version(self, version: Version, task_type: str) -> Asker:
        if version.task_type != task_type:
            raise CannotAskError(
                f"The version {version.version_id} is for {version.task_type}, and the cases are for {task_type}."
            )
        served = serving(version)
        if version.here:
            return Asker(
                provider=self.students,
                model=version.version_id,
                alone=True,
                artifact=served.artifact,
                sha256=served.sha256,
            )
        platform = self.catalogue.platforms.get(served.platform)
        if platform is None or platform.provider == LOCAL_STUDENT:
            raise CannotAskError(
                f"The version {version.version_id} is served by {served.platform}, which the trainer's catalogue "
                "(setting TRAINER_CATALOGUE) does not know: add it under [platforms]."
            )
        return Asker(
            provider=self.platforms[served.platform], model=served.model or version.version_id, prices=platform.prices
        )


def _named_upstream(model: Model) -> str:
    return model.upstream_model or model.name
