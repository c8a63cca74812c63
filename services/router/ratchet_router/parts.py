"""What the use cases work with; the composition root puts it together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ratchet_providers.base import Streaming
from ratchet_router.ask import Ask
from ratchet_router.assembly import refuse_what_needs_a_template, values_of
from ratchet_router.cache import AnswerCache
from ratchet_router.catalogue import Catalogue
from ratchet_router.library import Library
from ratchet_router.picking import named, suited
from ratchet_router.plan import Plan, Situation, plan
from ratchet_router.recording import Recorder
from ratchet_router.routing import quality_of
from ratchet_router.settings import RouterSettings
from ratchet_router.snapshot import Snapshot
from ratchet_router.template import Template
from ratchet_router.tries import Surroundings


@dataclass(frozen=True, slots=True)
class Parts:
    """`models` and `platforms`: who answers, by the names of the catalogue."""

    settings: RouterSettings
    catalogue: Catalogue
    models: Mapping[str, Streaming]
    platforms: Mapping[str, Streaming]
    library: Library
    snapshot: Snapshot
    cache: AnswerCache
    recorder: Recorder
    around: Surroundings

    def plan(self, ask: Ask, unit: str) -> Plan:
        """Raises what `plan.plan` raises."""

        def quality(name: str) -> float:
            measured = self.snapshot.measured(ask.tenant, ask.task_type, name)
            return quality_of(self.catalogue.models[name], ask.task_type, measured, self.settings.measured_from)

        situation = Situation(
            catalogue=self.catalogue,
            assigned=self.snapshot.traffic(ask.tenant, ask.task_type),
            quality=quality,
            down=self.around.breakers.down(),
            now=datetime.now(UTC),
        )
        return plan(ask, unit, situation)

    def template(self, ask: Ask) -> str | None:
        """The name of what dresses the request; None: it goes to the model as it came. Raises what `prompt` raises."""
        prompt = self.prompt(ask)
        return prompt.name if prompt else None

    def prompt(self, ask: Ask) -> Template | None:
        """Raises UnknownTemplateError, TemplateForOtherTaskError, MissingVariableError, UnknownVariableError,
        NoTemplateError.
        """
        shelf = self.library.of(ask.tenant)
        if ask.template is not None:
            found: Template | None = named(shelf, ask.template, ask.task_type)
        else:
            found = None if ask.own_prompt else suited(shelf, ask.task_type, ask.document_type, reasoning=ask.cot)
        if found is None:
            refuse_what_needs_a_template(ask)
        else:
            values_of(found, ask)
        return found
