"""Which model answers? Pure: the catalogue, what was measured and what is asked in, an order with its reasons out."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import CEILINGS, Capability, Model, Tier
from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.events import Candidate, Usage
from ratchet_router.estimate import Doubt
from ratchet_router.priorities import EVEN, Priorities
from ratchet_router.too_long import CONTEXT_LENGTH_EXCEEDED, TooLong
from ratchet_router.usual_length import usual_output
from ratchet_router.within_cost import cut_at, too_dear


class UnknownModelError(NotFoundError):
    type = "unknown-model"
    title = "There is no such model"


class NoModelFitsError(RefusedError):
    type = "no-model-fits"
    title = "No model can take the request as it is"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the request asks of a model. `tier`: that one alone. `batched_by`: providers who have a batch API for it."""

    task_type: str
    complexity: float
    input_tokens: int
    max_output_tokens: int | None = None
    priorities: Priorities = EVEN
    tier: Tier | None = None
    capabilities: frozenset[Capability] = frozenset()
    max_cost_usd: Decimal | None = None
    deadline_s: float | None = None
    batched_by: frozenset[str] = frozenset()

    def usage_of(self, model: Model) -> Usage:
        """As `usage`, and how it would be paid for."""
        return replace(self.usage, batch=True) if model.provider in self.batched_by else self.usage

    @property
    def usage(self) -> Usage:
        """What an answer will probably use."""
        usual = usual_output(self.task_type)
        return Usage(input_tokens=self.input_tokens, output_tokens=min(usual, self.max_output_tokens or usual))

    @property
    def window(self) -> int:
        """Tokens that it probably needs of a model's window."""
        return self.input_tokens + (self.max_output_tokens or 0)


class TooLongForAllError(NoModelFitsError):
    """One could take it if it were shorter."""

    code = CONTEXT_LENGTH_EXCEEDED

    def __init__(self, left_out: Mapping[str, str], wanted: Wanted, window: int) -> None:
        """`window`: the largest, of those that could do it."""
        super().__init__(nothing_left(left_out), left_out=left_out)
        self.too_long = TooLong(wanted.input_tokens, wanted.max_output_tokens or 0, window)


class Measured(msgspec.Struct, frozen=True):
    """How good a model's answers to a task were, over `n` scores."""

    score: float
    n: int


Quality = Callable[[str], float]  # a model's name to its quality for the task, 0 to 1


class Ranking(msgspec.Struct, frozen=True):
    """`models` from best to worst, the winner first; `candidates` are all that were looked at. `doubted` could do the
    request too, and were left out by nothing but an estimate."""

    models: tuple[Model, ...]
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    doubted: tuple[Model, ...] = ()

    @property
    def in_turn(self) -> tuple[Model, ...]:
        """Whom to ask one after the other. Who was doubted comes last: such an answer is better than none."""
        return (*self.models, *(model for model in self.doubted if model not in self.models))


def quality_of(model: Model, task_type: str, measured: Measured | None, prior_scores: float) -> float:
    """The mean of what was measured and the catalogue's prior, which counts as `prior_scores` scores and so fades."""
    prior = model.expected_quality(task_type)
    if measured is None or measured.n <= 0:
        return prior
    return (prior * prior_scores + measured.score * measured.n) / (prior_scores + measured.n)


def rank(
    models: Sequence[Model],
    wanted: Wanted,
    quality: Quality,
    down: frozenset[str] = frozenset(),
    doubt: Doubt | None = None,
) -> Ranking:
    """Raises NoModelFitsError with what keeps each of the models out."""
    left_out = {model.name: why for model in models if (why := unable(model, wanted))}
    able = [model for model in models if model.name not in left_out]
    if not able:
        raise _nothing_fits(models, wanted, left_out)
    reasons = [f"The complexity is {wanted.complexity:.2f}."]
    able = _unless_nothing_remains(able, left_out, lambda m: _too_hard(m, wanted), reasons)
    able = _unless_nothing_remains(able, left_out, lambda m: "It failed just now." if m.name in down else "", reasons)
    able = _unless_nothing_remains(able, left_out, lambda m: too_slow(m, wanted), reasons)
    could = able
    if doubt is not None:
        reasons.append(doubt.reason)
        able = _unless_nothing_remains(able, left_out, doubt.against, reasons)
    candidates = _candidates(models, able, left_out, wanted, quality)
    score = {candidate.model: candidate.score for candidate in candidates}
    ranked = sorted(able, key=lambda model: (-score[model.name], model.name))
    best = next(candidate for candidate in candidates if candidate.model == ranked[0].name)
    reasons.append(
        f"{best.model} has the highest score, {best.score:.2f}: quality {best.quality:.2f}, "
        f"cheapness {best.cheapness:.2f}, speed {best.speed:.2f}."
    )
    reasons += _cut(ranked[0], wanted)
    doubted = tuple(model for model in could if model not in able)
    return Ranking(tuple(ranked), candidates, tuple(reasons), doubted)


def named(model: Model, wanted: Wanted, window: int) -> Ranking:
    """The one that the caller named: there is nothing to compare it with. Raises NoModelFitsError.

    `window`: tokens of its window from which on it is not asked. Below that its provider says what is too long.
    """
    beyond, too_long = _beyond(model, wanted), _too_long(model, window)
    if beyond or too_long:
        left_out = {model.name: beyond or too_long}
        if beyond:
            raise NoModelFitsError(nothing_left(left_out), left_out=left_out)
        raise TooLongForAllError(left_out, wanted, model.context_window)
    alone = Candidate(model=model.name, tier=model.tier, quality=1.0, cheapness=1.0, speed=1.0, score=1.0)
    return Ranking((model,), (alone,), (f"The caller named the model {model.name}.", *_cut(model, wanted)))


def unable(model: Model, wanted: Wanted) -> str:
    """Why the model cannot do what is wanted; empty if it can."""
    return _beyond(model, wanted) or _too_long(model, wanted.window)


def _too_long(model: Model, window: int) -> str:
    if window > model.context_window:
        return f"About {window} tokens do not fit into its {model.context_window}."
    return ""


def _beyond(model: Model, wanted: Wanted) -> str:
    """Why it cannot do what is wanted, however short it were."""
    if wanted.tier is not None and model.tier != wanted.tier:
        return f"It is not of the tier {wanted.tier} that was asked for."
    lacking = sorted(wanted.capabilities.difference(model.capabilities))
    if lacking:
        return f"It lacks {', '.join(lacking)}."
    return "" if wanted.max_cost_usd is None else too_dear(model.prices, wanted.usage, wanted.max_cost_usd)


def _cut(model: Model, wanted: Wanted) -> tuple[str, ...]:
    """Where `max_cost_usd` ends the model's answer."""
    if wanted.max_cost_usd is None:
        return ()
    why = cut_at(model.prices, wanted.input_tokens, wanted.max_output_tokens, wanted.max_cost_usd)
    return (f"{model.name}: {why}",) if why else ()


def _too_hard(model: Model, wanted: Wanted) -> str:
    if wanted.tier is None and wanted.complexity > CEILINGS[model.tier]:
        return f"The tier {model.tier} is for a complexity up to {CEILINGS[model.tier]}."
    return ""


def too_slow(model: Model, wanted: Wanted) -> str:
    if wanted.deadline_s is not None and model.latency_ms > wanted.deadline_s * 1000:
        return f"It takes about {model.latency_ms:.0f} ms, more than the deadline leaves."
    return ""


def _unless_nothing_remains(
    models: list[Model], left_out: dict[str, str], why: Callable[[Model], str], reasons: list[str]
) -> list[Model]:
    out = {model.name: reason for model in models if (reason := why(model))}
    if len(out) == len(models):
        reasons.append(f"Nothing else remains, so this was overlooked: {next(iter(out.values()))}")
        return models
    left_out.update(out)
    return [model for model in models if model.name not in out]


def _candidates(
    models: Sequence[Model], able: Sequence[Model], left_out: Mapping[str, str], wanted: Wanted, quality: Quality
) -> tuple[Candidate, ...]:
    """Terms are scaled over those that are able; the others are put on the same scale for comparison."""
    weights = wanted.priorities.scaled()
    names = [model.name for model in able]
    good = _scaled({model.name: quality(model.name) for model in models}, names)
    cheap = _scaled({model.name: -float(model.prices.of(wanted.usage_of(model))) for model in models}, names)
    fast = _scaled({model.name: -model.latency_ms for model in models}, names)
    return tuple(
        Candidate(
            model=name,
            tier=model.tier,
            quality=good[name],
            cheapness=cheap[name],
            speed=fast[name],
            score=round(weights.accuracy * good[name] + weights.cost * cheap[name] + weights.speed * fast[name], 6),
            left_out=left_out.get(name, ""),
        )
        for model in models
        for name in (model.name,)
    )


def _scaled(values: Mapping[str, float], over: Sequence[str]) -> dict[str, float]:
    """The worst of `over` becomes 0, the best 1; where all are equal, all are best."""
    low, high = min(values[name] for name in over), max(values[name] for name in over)
    if high == low:
        return {name: 1.0 if value >= low else 0.0 for name, value in values.items()}
    return {name: round(min(max((value - low) / (high - low), 0.0), 1.0), 6) for name, value in values.items()}


def _nothing_fits(models: Sequence[Model], wanted: Wanted, left_out: Mapping[str, str]) -> NoModelFitsError:
    windows = [model.context_window for model in models if not _beyond(model, wanted)]
    if windows:
        return TooLongForAllError(left_out, wanted, max(windows))
    return NoModelFitsError(nothing_left(left_out), left_out=left_out)


def nothing_left(left_out: Mapping[str, str]) -> str:
    listed = " ".join(f"{name}: {why}" for name, why in list(left_out.items())[:5])
    return f"No model can take this request. {listed}"
