"""What the use cases work with; the composition root puts it together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ratchet_providers.base import Streaming
from ratchet_router.ask import Ask
from ratchet_router.cache import AnswerCache
from ratchet_router.catalogue import Catalogue
from ratchet_router.plan import Plan, Situation, plan
from ratchet_router.prompts import Prompts
from ratchet_router.recording import Recorder
from ratchet_router.routing import quality_of
from ratchet_router.settings import RouterSettings
from ratchet_router.snapshot import Snapshot
from ratchet_router.tries import Surroundings


@dataclass(frozen=True, slots=True)
class Parts:
    """`models` and `platforms`: who answers, by the names of the catalogue."""

    settings: RouterSettings
    catalogue: Catalogue
    prompts: Prompts
    models: Mapping[str, Streaming]
    platforms: Mapping[str, Streaming]
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
        return None if ask.own_prompt else self.prompts[ask.task_type].id
