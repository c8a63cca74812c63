"""What a plan means in calls: whom to ask, one after another, and what."""

from ratchet_common.events import BASE_VERSION
from ratchet_providers.base import ModelRequest
from ratchet_router.ask import Ask
from ratchet_router.calling import Target
from ratchet_router.parts import Parts
from ratchet_router.plan import Plan, Trained, model_of
from ratchet_router.prompts import assembled


def targets(plan: Plan, parts: Parts) -> list[Target]:
    trained = [_of_version(plan.trained, parts)] if plan.trained else []
    return trained + [
        Target(
            name=model.name,
            version_id=BASE_VERSION,
            model=model.name,
            tier=model.tier,
            approach="direct",
            prices=model.prices,
            provider=parts.models[model.name],
            upstream_model=model.upstream_model or model.name,
        )
        for model in plan.ranking.models[: parts.settings.attempts]
    ]


def _of_version(trained: Trained, parts: Parts) -> Target:
    return Target(
        name=trained.version_id,
        version_id=trained.version_id,
        model=model_of(trained),
        tier=trained.platform.tier,
        approach="finetuned",
        prices=trained.platform.prices,
        provider=parts.platforms[trained.serving.platform],
        upstream_model=model_of(trained),
        artifact=trained.serving.artifact,
        sha256=trained.serving.sha256,
    )


def request_for(ask: Ask, parts: Parts) -> ModelRequest:
    messages = (
        ask.messages
        if ask.own_prompt
        else assembled(
            parts.prompts[ask.task_type],
            document=ask.document,
            question=ask.question,
            labels=ask.labels,
            examples=ask.examples,
        )
    )
    return ModelRequest(
        model="",
        task_type=ask.task_type,
        messages=messages,
        document=ask.document,
        question=ask.question,
        labels=ask.labels,
        fields=ask.passed_on,
    )
