"""What a plan means in calls: whom to ask, one after another, and what."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from ratchet_catalogue.catalogue import SIMULATED, Model
from ratchet_catalogue.provider_table import LimitsTable
from ratchet_common.events import BASE_VERSION, Usage
from ratchet_providers.base import ModelRequest, TimeLimits
from ratchet_router.ask import Ask
from ratchet_router.assembly import assembled, undressed
from ratchet_router.parts import Parts
from ratchet_router.planned import ALONE, Plan, Trained, model_of
from ratchet_router.routing import NoModelFitsError, nothing_left
from ratchet_router.target import Target
from ratchet_router.template import Template
from ratchet_router.told import as_told
from ratchet_router.usual_length import usual_output, usual_pictures
from ratchet_router.within_cost import affordable, needed, too_short

LONGEST: Final = 128_000  # tokens of an answer for which no limit is asked


def targets(plan: Plan, parts: Parts, ask: Ask) -> list[Target]:
    trained = [target_of(plan.trained, parts, ask, may_abstain=_may_abstain(plan))] if plan.trained else []
    return trained + [_known(model, parts) for model in (*plan.ranking.in_turn, *(plan.named or ALONE).usual)]


def spare(plan: Plan, parts: Parts) -> Mapping[str, Target]:
    return {model.name: _known(model, parts) for model in (plan.named or ALONE).spare}


def _known(model: Model, parts: Parts) -> Target:
    """The same for every request, until the files are read anew."""
    found = parts.targets.get(model.name)
    if found is None or found.provider is not parts.models[model.name]:
        found = parts.targets[model.name] = _of_model(model, parts)
    return found


def _of_model(model: Model, parts: Parts) -> Target:
    return Target(
        name=model.name,
        version_id=BASE_VERSION,
        model=model.name,
        tier=model.tier,
        approach="direct",
        prices=model.prices,
        provider=parts.models[model.name],
        upstream_model=model.upstream_model or model.name,
        at=model.provider,
        window=model.context_window,
        limits=limits_at(model.provider, model.limits, parts),
        continues=parts.continues(model),
        simulated=model.provider == SIMULATED,
        instead=model.fallbacks_when,
    )


def _may_abstain(plan: Plan) -> bool:
    """Whom the caller named, he shall get; and somebody has to answer."""
    return plan.decision.assigned_by != "pinned" and bool(plan.ranking.in_turn)


def target_of(trained: Trained, parts: Parts, ask: Ask, *, may_abstain: bool) -> Target:
    """Messages that the caller wrote himself go to it as they are."""
    serving = trained.serving
    return Target(
        name=trained.version_id,
        version_id=trained.version_id,
        model=model_of(trained),
        tier=trained.platform.tier,
        approach="finetuned",
        prices=trained.platform.prices,
        provider=parts.platforms[serving.platform],
        upstream_model=model_of(trained),
        at=trained.platform.provider,
        window=trained.platform.context_window,
        limits=limits_at(trained.platform.provider, None, parts),
        artifact=serving.artifact if trained.here else "",
        may_abstain=may_abstain,
        sha256=serving.sha256 if trained.here else "",
        tuned=not (trained.here or ask.own_prompt),
    )


def within(targets: Sequence[Target], request: ModelRequest, usd: Decimal) -> list[Target]:
    """Those whose answer the caller's money pays for, told how much that is."""
    return [replace(one, most_usd=usd) for one in targets if not _beyond(one, request, usd)]


def as_budgeted(target: Target, ask: Ask, usd: Decimal) -> Target:
    """With its answer bounded by what a budget has left, where that could be too little; never below what was set
    aside for it.
    """
    longest = ask.choices * (ask.max_output_tokens or LONGEST)
    if target.prices.buys(usd, Usage(input_tokens=ask.input_tokens)) >= longest:
        return target
    if target.most_usd is not None and target.most_usd <= usd:
        return target
    usual = usual_output(ask.task_type) + usual_pictures(ask.passed_on)
    return replace(target, most_usd=usd, least_output=usual)


def payable(
    first: Sequence[Target], others: Mapping[str, Target], request: ModelRequest, usd: Decimal
) -> tuple[list[Target], Mapping[str, Target]]:
    """Raises NoModelFitsError where nobody of the first is within the money."""
    able = within(first, request, usd)
    if not able:
        raise nobody_within(first, request, usd)
    return able, {one.name: one for one in within(list(others.values()), request, usd)}


def nobody_within(targets: Sequence[Target], request: ModelRequest, usd: Decimal) -> NoModelFitsError:
    left_out = {one.name: _beyond(one, request, usd) for one in targets}
    return NoModelFitsError(nothing_left(left_out), left_out=left_out)


def _beyond(target: Target, request: ModelRequest, usd: Decimal) -> str:
    request = as_told(request, target)
    usual = usual_output(request.task_type) + usual_pictures(request.fields)
    most, least = affordable(request, target.prices, usd), needed(request, usual)
    return too_short(most, least) if most < least else ""


def limits_at(provider: str, own: LimitsTable | None, parts: Parts) -> TimeLimits:
    """The model's, else its provider's, else the settings'."""
    settings, table = parts.settings, parts.catalogue.providers.get(provider)
    limits = TimeLimits(
        connect_s=settings.connect_ms / 1000,
        first_s=settings.first_token_ms / 1000,
        gap_s=settings.gap_ms / 1000,
        total_s=settings.answer_ms / 1000,
    )
    limits = table.limits.over(limits) if table else limits
    return own.over(limits) if own else limits


def _most(ask: Ask) -> int | None:
    """Anthropic's clients may ask for none at all, and other providers take that for no limit."""
    return None if ask.max_output_tokens is None else max(1, ask.max_output_tokens)


def request_for(ask: Ask, prompt: Template | None) -> ModelRequest:
    messages = undressed(ask) if prompt is None else assembled(prompt, ask)
    native = ask.native if prompt is None else None
    return ModelRequest(
        model="",
        task_type=ask.task_type,
        messages=messages,
        document=ask.document,
        question=ask.question,
        labels=ask.labels,
        fields=ask.passed_on,
        native=native,
        max_output_tokens=_most(ask) if native and native.shape == "messages" else None,
    )
