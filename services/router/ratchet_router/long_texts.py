"""Use case: a text that no model can hold is worked on in parts; what comes is one answer, with all that it cost."""

import math
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.discounts import added, savings_of
from ratchet_common import conversation
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelAnswer
from ratchet_providers.failing import ProviderError
from ratchet_providers.media import CHARACTERS_PER_TOKEN, NO_MEDIA
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.calling import called
from ratchet_router.dearest import Charged, dearest
from ratchet_router.escalating import FILTERED
from ratchet_router.failures import no_answer
from ratchet_router.in_parts import Window, window_for, worked_in_parts
from ratchet_router.merging import PartAnswer
from ratchet_router.parts import Parts
from ratchet_router.planned import Plan
from ratchet_router.progress import Progress
from ratchet_router.routing import NoModelFitsError
from ratchet_router.shaping import shaped
from ratchet_router.splitting import tokens_of
from ratchet_router.target import Target
from ratchet_router.targets import request_for
from ratchet_router.template import Template
from ratchet_router.usual_length import usual_output


def planned_in_parts(ask: Ask, unit: str, prompt: Template | None, parts: Parts) -> tuple[Plan, Window] | None:
    """A plan for each of the parts, and the window that they fit into; None where parts would not help.

    Raises what planning raises.
    """
    if prompt is None or ask.task_type is TaskType.CHAT:
        return None
    largest = _largest_window(ask, parts)
    if ask.input_tokens < largest // 2:
        return None  # it is not its length that keeps the models out
    try:
        plan = parts.plan(_shortened(ask, largest // 2), unit)
    except NoModelFitsError:
        return None
    model = parts.catalogue.models.get(plan.first[1])
    window = window_for(
        ask, prompt, context=model.context_window if model else largest, answer=usual_output(ask.task_type)
    )
    number = max(1, math.ceil(tokens_of(ask.document) / max(window.room, 1)))
    cost, tokens = plan.expected_cost_usd * number, plan.expected_tokens * number
    if ask.max_cost_usd is not None and cost > ask.max_cost_usd:
        raise NoModelFitsError(f"In {number} parts it would cost about {cost:.6f} USD, more than max_cost_usd.")
    why = f"It is too long for the model as a whole: it is worked on in about {number} parts."
    decision = replace(plan.decision, reasons=(*plan.decision.reasons, why))
    return replace(plan, expected_cost_usd=cost, expected_tokens=tokens, decision=decision), window


def _largest_window(ask: Ask, parts: Parts) -> int:
    """Of the model that the caller named, else of them all."""
    models = parts.catalogue.of(ask.tenant).models
    named = models.get(ask.model)
    return named.context_window if named else max(model.context_window for model in models.values())


def _shortened(ask: Ask, tokens: int) -> Ask:
    text = _beginning(ask.document, tokens * CHARACTERS_PER_TOKEN)
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages([text], ask.question)))
    return replace(ask, messages=messages, media=NO_MEDIA, document=text)


def _beginning(text: str, most: int) -> str:
    """Of at most so many bytes as JSON, for by those a request's tokens are estimated. No character is cut."""
    end = min(len(text), most)
    while end and (size := len(msgspec.json.encode(text[:end]))) > most:
        end = end * most // size
    return text[:end]


@dataclass(slots=True)
class _Calls:
    progress: Progress
    last: Target | None = None
    charged: list[Charged] = field(default_factory=list)

    async def one(self, part: Ask) -> PartAnswer:
        """Raises NoAnswerError, and NoModelFitsError where its share of `max_cost_usd` pays for no answer."""
        target, said = await called(request_for(part, self.progress.prompt), self.progress.tries(part))
        self.last = target
        self.charged.append(Charged(target.prices, said.usage))
        if said.finish == FILTERED:  # merged with the others it would look as if nothing had been left out
            raise no_answer([(target, ProviderError("filtered", FILTERED))])
        found = shaped(part.task_type, said.output, part.labels, items=said.items, label=said.label)
        return PartAnswer(
            output=found.output,
            usage=said.usage,
            cost_usd=target.cost_of(said.usage),
            items=found.items,
            label=found.label,
            confidence=said.confidence,
        )


async def answered_in_parts(progress: Progress, window: Window) -> tuple[Target, Answered]:
    """Raises NoAnswerError, and TooLongError where it is too long in parts as well."""
    calls = _Calls(progress)
    whole = (await worked_in_parts(progress.ask, window, calls.one)).answer
    if calls.last is None:
        raise RuntimeError("A text was worked on in parts, and no model was asked.")
    said = ModelAnswer(
        output=whole.output,
        usage=whole.usage,
        model=calls.last.upstream_model,
        items=whole.items,
        label=whole.label,
        confidence=whole.confidence,
        simulated=calls.last.simulated,
    )
    reference = progress.parts.reference  # each call by itself: all together would look like one of another length
    return calls.last, replace(
        progress.of_model(calls.last, said),
        cost_usd=whole.cost_usd,
        premium_cost_usd=dearest(progress.plan, calls.charged),
        savings=added(savings_of(call.usage, call.prices, reference) for call in calls.charged),
    )
