"""From a request to the order of what to try: what the caller named, traffic assigns, routing ranks. Pure."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Catalogue, Model
from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION, Approach, Arm, AssignedBy, Decision, TrafficAssigned
from ratchet_common.vocabulary import TaskType
from ratchet_router.able import too_dear, trained_of, tuned_of, wanted_of
from ratchet_router.ask import Ask
from ratchet_router.by_name import by_name
from ratchet_router.estimate import Doubt
from ratchet_router.experiments import Enrolled
from ratchet_router.grounding.approaches import NoTunedVersionError
from ratchet_router.grounding.context import TUNED
from ratchet_router.names import ALIASES, AUTO, OF_TASK, VERSION, task_in
from ratchet_router.planned import NO_SHARE, Plan, Share, Trained
from ratchet_router.routing import (
    NoModelFitsError,
    Quality,
    Ranking,
    UnknownModelError,
    Wanted,
    rank,
    unable,
)
from ratchet_router.steering import Drawn, Steering, steered
from ratchet_router.traffic import assigned_version


class OtherTaskError(RefusedError):
    type = "other-task"
    title = "The model is for another task"


NOT_STEERED = Steering()


class Situation(msgspec.Struct, frozen=True):
    """What is known at the moment of a request."""

    catalogue: Catalogue
    assigned: TrafficAssigned | None
    quality: Quality
    down: frozenset[str]
    now: datetime
    enrolled: Enrolled | None = None
    steering: Steering = NOT_STEERED
    doubt: Callable[[Ask], Doubt | None] = lambda _: None  # asked where a tier is to be chosen


def plan(ask: Ask, unit: str, situation: Situation) -> Plan:
    """Raises UnknownModelError, UnknownTaskError, OtherTaskError, NoModelFitsError, NoTunedVersionError."""
    found = _chosen(ask, unit, situation)
    return found if found.trained or found.decision.experiment else _steered(found, ask, unit, situation)


def _chosen(ask: Ask, unit: str, situation: Situation) -> Plan:
    named_task = task_in(ask.model)
    if named_task is not None and named_task is not ask.task_type:
        raise OtherTaskError(f"The model is for the task {named_task}, the request is for {ask.task_type}: name one.")
    hard = ask.complexity
    model = situation.catalogue.models.get(ask.model)
    if model is not None:
        return _of_one_model(ask, hard, model, situation.catalogue)
    if VERSION.fullmatch(ask.model):
        trained = trained_of(ask, ask.model, situation)
        if trained is None:
            raise _unknown(situation)
        return _planned(ask, hard, situation, trained, "pinned", f"The caller named the version {ask.model}.")
    if ask.model not in ALIASES and named_task is None:
        raise _unknown(situation)
    if ask.context is not None and ask.context.approach is not None:
        return _by_approach(ask, hard, situation, unit, ask.context.approach)
    if situation.enrolled is not None:
        return _in_arm(ask, hard, situation, unit, situation.enrolled)
    if ask.model == f"{AUTO}:premium" or situation.assigned is None or ask.capabilities:
        by: AssignedBy = "pinned" if ask.model == f"{AUTO}:premium" else "routed"
        return _planned(ask, hard, situation, None, by, "")
    return _by_share(ask, hard, situation, situation.assigned, unit)


def is_drawn(ask: Ask) -> bool:
    """Whether an experiment may decide: nobody named a model, a version, the premium tier or an approach."""
    if ask.model == f"{AUTO}:premium" or (ask.context is not None and ask.context.approach is not None):
        return False
    return ask.model in ALIASES or ask.model.startswith(OF_TASK)


def can_serve(ask: Ask, arm: Arm, situation: Situation) -> bool:
    """Whether what the arm names could do the request, if it is well."""
    if arm.approach:
        text_given = ask.context is None or ask.context.text_given
        return not text_given and (arm.approach not in TUNED or tuned_of(ask, "", situation) is not None)
    if arm.model:
        model = situation.catalogue.models.get(arm.model)
        return model is not None and not unable(model, wanted_of(ask, 0.0, ALIASES.get(ask.model)))
    return arm.version_id in ("", BASE_VERSION) or trained_of(ask, arm.version_id, situation) is not None


def _by_approach(ask: Ask, hard: float, situation: Situation, unit: str, approach: Approach) -> Plan:
    why = f"The caller named the approach {approach}."
    if approach not in TUNED:
        return _planned(ask, hard, situation, None, "pinned", why)
    tuned = tuned_of(ask, unit, situation)
    if tuned is None:
        raise NoTunedVersionError(
            f"No tuned version serves the task {ask.task_type} that could answer this: train one, or name another "
            "approach in context.approach."
        )
    away = tuned.version_id in situation.down
    share = Share(version=tuned.version_id, fell_back=away)
    return _planned(ask, hard, situation, None if away else tuned, "pinned", why, share)


def _in_arm(ask: Ask, hard: float, situation: Situation, unit: str, enrolled: Enrolled) -> Plan:
    """The arm's model or version first; where the arm has neither, the catalogue's models as they are routed."""
    arm = enrolled.arm
    why = f"The unit belongs to the arm {arm.name} of the experiment {enrolled.experiment_id}."
    trained = trained_of(ask, arm.version_id, situation) if arm.version_id and not arm.model else None
    if arm.approach in TUNED:
        trained = tuned_of(ask, unit, situation)
    version = trained.version_id if trained else arm.version_id
    away = trained is not None and version in situation.down
    share = Share(version=version, fell_back=away)
    found = _planned(ask, hard, situation, None if away else trained, "experiment", why, share)
    decision = msgspec.structs.replace(found.decision, experiment=enrolled.name)
    if not arm.model:
        return replace(found, decision=decision)
    model = situation.catalogue.models[arm.model]
    ranking = replace(found.ranking, models=(model, *(m for m in found.ranking.models if m is not model)))
    cost = model.prices.of(wanted_of(ask, hard, None).usage)
    return replace(found, ranking=ranking, decision=decision, expected_cost_usd=cost, bound=True)


def _by_share(ask: Ask, hard: float, situation: Situation, assigned: TrafficAssigned, unit: str) -> Plan:
    version = assigned_version(assigned, unit, situation.now)
    share = Share(assigned.since, version)
    why = f"The unit belongs to the share of {version} (revision {assigned.revision})."
    if version == BASE_VERSION:
        return _planned(ask, hard, situation, None, "share", why, share)
    trained = trained_of(ask, version, situation)
    if trained is not None and version not in situation.down:
        return _planned(ask, hard, situation, trained, "share", why, share)
    its = assigned.versions.get(version)
    platform = situation.catalogue.platforms.get(its.platform) if its else None
    if version not in situation.down and platform is not None and too_dear(ask, platform):
        return _planned(ask, hard, situation, None, "share", f"{why} It would cost more than max_cost_usd.", share)
    unasked = replace(share, fell_back=True)
    return _planned(ask, hard, situation, None, "share", f"{why} It cannot be asked at the moment.", unasked)


def _unknown(situation: Situation) -> UnknownModelError:
    trained = situation.assigned.versions if situation.assigned else {}
    known = [*ALIASES, f"{OF_TASK}<task_type>", *situation.catalogue.models, *(v for v in trained if v != BASE_VERSION)]
    return UnknownModelError(f"There is no such model; known are {', '.join(known)}.", known=known)


def _of_one_model(ask: Ask, hard: float, model: Model, catalogue: Catalogue) -> Plan:
    wanted = wanted_of(ask, hard, None)
    window = wanted.window if _may_go_in_parts(ask) else ask.least_input_tokens
    ranking, others = by_name(model, wanted, window, catalogue)
    decision = Decision(assigned_by="pinned", complexity=hard, reasons=ranking.reasons, candidates=ranking.candidates)
    cost = ranking.models[0].prices.of(wanted.usage)
    return Plan(None, ranking, decision, cost, _tokens(wanted), named=others)


def _may_go_in_parts(ask: Ask) -> bool:
    """What is probably too long is better worked on in parts than refused by a provider."""
    return not ask.own_prompt and ask.task_type is not TaskType.CHAT


def _planned(
    ask: Ask,
    hard: float,
    situation: Situation,
    trained: Trained | None,
    by: AssignedBy,
    why: str,
    share: Share = NO_SHARE,
) -> Plan:
    wanted = wanted_of(ask, hard, ALIASES.get(ask.model))
    doubt = situation.doubt(ask) if trained is None and wanted.tier is None else None
    ranking = _ranking(wanted, situation, doubt, needed=trained is None)
    decision = Decision(
        assigned_by=by,
        revision=share.revision,
        assigned_version=share.version,
        fell_back=share.fell_back,
        complexity=hard,
        reasons=(*([why] if why else []), *ranking.reasons),
        candidates=ranking.candidates,
    )
    prices = trained.platform.prices if trained else ranking.models[0].prices
    return Plan(trained, ranking, decision, prices.of(wanted.usage), _tokens(wanted))


def _steered(found: Plan, ask: Ask, unit: str, situation: Situation) -> Plan:
    """Nothing explores where a caller named a tier or a model, or where a version's trial is compared with it."""
    on_trial = situation.assigned is not None and bool(situation.assigned.canary or situation.assigned.holdout)
    free = ask.model == AUTO or ask.model.startswith(OF_TASK)
    may_explore = free and not on_trial and not found.decision.fell_back
    wanted = wanted_of(ask, found.decision.complexity, ALIASES.get(ask.model))
    drawn = Drawn(ask.tenant, unit, ask.session, situation.now, may_explore)
    ranking = steered(found.ranking, wanted, situation.steering, drawn)
    if ranking is found.ranking:
        return found
    new = ranking.reasons[len(found.ranking.reasons) :]
    decision = msgspec.structs.replace(found.decision, reasons=(*found.decision.reasons, *new))
    cost = ranking.models[0].prices.of(wanted.usage)
    return replace(found, ranking=ranking, decision=decision, expected_cost_usd=cost)


def _tokens(wanted: Wanted) -> int:
    return wanted.usage.input_tokens + wanted.usage.output_tokens


def _ranking(wanted: Wanted, situation: Situation, doubt: Doubt | None, *, needed: bool) -> Ranking:
    """What comes after a trained version may be empty: it needs no model of the catalogue."""
    try:
        return rank(list(situation.catalogue.models.values()), wanted, situation.quality, situation.down, doubt)
    except NoModelFitsError as error:
        if needed:
            raise
        return Ranking((), (), (error.detail,))
