"""What the use cases work with; the composition root puts it together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from ratchet_catalogue.catalogue import Catalogue, Model
from ratchet_catalogue.prices import Prices
from ratchet_common.errors import RefusedError
from ratchet_common.events import Approach, Arm
from ratchet_providers.base import Streaming
from ratchet_providers.batching import BatchPlatform
from ratchet_providers.embedding import Embedding
from ratchet_router.ask import Ask, Example
from ratchet_router.assembly import (
    hides_thoughts,
    refuse_to_show_thoughts,
    refuse_what_needs_a_template,
    thinks_aloud,
    values_of,
)
from ratchet_router.best_answers import BestAnswers, BestAnswersOffError, chosen
from ratchet_router.cache import AnswerCache
from ratchet_router.estimates import Estimates
from ratchet_router.experiments import Enrolled, enrolled
from ratchet_router.grounding.amount import Numbers
from ratchet_router.grounding.order.noted import NOTHING_NOTED, Notes
from ratchet_router.grounding.sources import NOTHING_JOINED, NOTHING_SET_UP, Joins, Retrieves
from ratchet_router.idempotency import KeyStore
from ratchet_router.in_flight import InFlight
from ratchet_router.library import Library
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.picking import named, suited
from ratchet_router.plan import Situation, can_serve, is_drawn, plan
from ratchet_router.planned import Plan
from ratchet_router.recording import Recorder
from ratchet_router.routing import quality_of
from ratchet_router.sessions import Sessions
from ratchet_router.settings import RouterSettings
from ratchet_router.shadows import Shadows
from ratchet_router.snapshot import Snapshot
from ratchet_router.steering import Steering
from ratchet_router.surroundings import Surroundings
from ratchet_router.target import Target
from ratchet_router.template import Template


class Admits(Protocol):
    """`limits.admission.Admission`, or nobody who asks."""

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""


@dataclass(frozen=True, slots=True)
class Parts:
    """`models` and `platforms`: who answers, by the names of the catalogue; `batch_platforms` by those of providers."""

    settings: RouterSettings
    catalogue: Catalogue
    models: Mapping[str, Streaming]
    platforms: Mapping[str, Streaming]
    embeddings: Mapping[str, Embedding]
    batch_platforms: Mapping[str, BatchPlatform]
    library: Library
    best: BestAnswers
    snapshot: Snapshot
    cache: AnswerCache
    recorder: Recorder
    around: Surroundings
    goes_on: Callable[[Model], bool]
    keys: KeyStore
    admission: Admits
    sessions: Sessions
    estimates: Estimates
    shadows: Shadows
    retrieves: Retrieves = NOTHING_SET_UP
    joins: Joins = NOTHING_JOINED
    notes: Notes = NOTHING_NOTED
    in_flight: InFlight = field(default_factory=InFlight)
    targets: dict[str, Target] = field(default_factory=dict)  # of models, as they are made for the first time

    @property
    def reference(self) -> tuple[str, Prices] | None:
        """The model that savings are counted from, where one is named."""
        model = self.catalogue.models.get(self.settings.reference_model)
        return (model.name, model.prices) if model else None

    @property
    def numbers(self) -> Numbers:
        """Of passages."""
        its = self.settings
        few, many = its.knowledge_few, max(its.knowledge_few, its.knowledge_many)
        return Numbers(few, many, max(many, its.knowledge_most), its.knowledge_characters)

    def drawn_approach(self, ask: Ask) -> Approach | None:
        """That of the experiment's arm that the request belongs to, if it has one."""
        found = self._enrolled(ask)
        return (found.arm.approach or None) if found else None

    def continues(self, model: Model) -> bool:
        """Can it go on with an answer that broke off? As the catalogue says, else as its provider knows."""
        if model.continues is not None:
            return model.continues
        return self.goes_on(model)

    def plan(self, ask: Ask, unit: str) -> Plan:
        """Raises what `plan.plan` raises."""
        situation = self._situation(ask)
        enrolled = self._enrolled(ask, situation)
        return plan(ask, unit, replace(situation, enrolled=enrolled) if enrolled else situation)

    def _situation(self, ask: Ask) -> Situation:
        def quality(name: str) -> float:
            measured = self.snapshot.measured(ask.tenant, ask.task_type, name)
            return quality_of(self.catalogue.models[name], ask.task_type, measured, self.settings.prior_scores)

        return Situation(
            catalogue=self.catalogue.of(ask.tenant),
            assigned=self.snapshot.traffic(ask.tenant, ask.task_type),
            quality=quality,
            down=self.around.breakers.down(),
            now=datetime.now(UTC),
            steering=Steering(
                stays_on=self.sessions.model(ask.tenant, ask.task_type, ask.session),
                explore=self.settings.explore,
                near=self.settings.near,
            ),
            doubt=self.estimates.doubt,
        )

    def _enrolled(self, ask: Ask, situation: Situation | None = None) -> Enrolled | None:
        running = self.snapshot.experiments(ask.tenant, ask.task_type)
        if not running or not is_drawn(ask):
            return None
        known = situation or self._situation(ask)
        return enrolled(ask, running, lambda arm: can_serve(ask, arm, known) and self._can_dress(ask, arm))

    def _can_dress(self, ask: Ask, arm: Arm) -> bool:
        """Who says himself how the model is told is in no comparison of templates."""
        if not arm.template:
            return True
        if ask.own_prompt or ask.template is not None or ask.cot:
            return False
        try:
            template = named(self.library.of(ask.tenant), arm.template, ask.task_type)
            values_of(template, ask)
        except RefusedError:
            return False
        return hides_thoughts(ask) or not template.reasoning

    def template(self, ask: Ask) -> str | None:
        """The name of what dresses the request; None: it goes to the model as it came. Raises what `prompt` raises."""
        prompt = self.prompt(ask)
        return prompt.name if prompt else None

    def prompt(self, ask: Ask) -> Template | None:
        """Raises UnknownTemplateError, TemplateForOtherTaskError, MissingVariableError, UnknownVariableError,
        NoTemplateError, ThoughtsShownError.
        """
        shelf, arm = self.library.of(ask.tenant), self._enrolled(ask)
        reference = ask.template or (arm.arm.template if arm else "")
        if reference:
            found: Template | None = named(shelf, reference, ask.task_type)
        else:
            found = None if ask.own_prompt else suited(shelf, ask.task_type, ask.document_type, reasoning=ask.cot)
        if found is None:
            refuse_what_needs_a_template(ask)
        else:
            values_of(found, ask)
        if thinks_aloud(ask, found):
            refuse_to_show_thoughts(ask)
        return found

    async def best_examples(self, ask: Ask, count: int) -> tuple[Example, ...]:
        """The tenant's best answers to requests of this kind, as far as there are any.

        Raises BestAnswersOffError, RetryLaterError, and what `prompt` raises.
        """
        if not self.settings.best_answers:
            message = "none are kept here: give few_shot_examples, or ask the operator to set ROUTER_BEST_ANSWERS"
            raise BestAnswersOffError(f"few_shot: {message}.", errors=[{"field": "few_shot", "message": message}])
        found = await self.best.of(ask.tenant, ask.task_type, ask.document_type)
        return chosen(found, ask, self.prompt(ask), count)
