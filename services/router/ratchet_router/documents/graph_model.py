"""Which model finds relations for a worker: the one that is set, and of all keys that of its provider alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.catalogue import SIMULATED, Catalogue, Model
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_common.errors import CannotStartError
from ratchet_common.events import PredictionMade
from ratchet_providers.base import TimeLimits
from ratchet_providers.wire import Wire
from ratchet_router.documents.graph_by_model import GraphByModel
from ratchet_router.settings import RouterSettings


@dataclass(frozen=True, slots=True)
class ModelOfGraph:
    """`adapter`: to be started before the first document, with its loops beside them."""

    catalogue: Catalogue
    model: Model
    adapter: Adapter
    limits: TimeLimits

    def reads(self, record: Callable[[PredictionMade], Awaitable[object]]) -> GraphByModel:
        def allows(tenant: str) -> bool:
            return self.model.name in self.catalogue.of(tenant).models

        return GraphByModel(self.model, self.adapter.answers, record, allows, self.limits)


def graph_model_of(settings: RouterSettings, wire: Wire) -> ModelOfGraph | None:
    """None: none is set. Raises CannotStartError."""
    if not settings.graph_model:
        return None
    known = read_catalogue(settings.catalogue)
    model = known.models.get(settings.graph_model)
    if model is None:
        raise CannotStartError(
            f"ROUTER_GRAPH_MODEL is {settings.graph_model}, which {settings.catalogue} does not have: name one of its "
            "models, or none."
        )
    if model.provider == SIMULATED:
        raise CannotStartError(
            f"ROUTER_GRAPH_MODEL is {model.name}, which is simulated and finds nothing that rules do not: name a model "
            "of a provider, or none."
        )
    table = known.providers[model.provider]
    made_by = adapter(model.provider, table, wire, settings.upstream_body_limit_bytes)
    limits = TimeLimits(connect_s=settings.connect_ms / 1000, total_s=settings.answer_ms / 1000)
    limits = table.limits.over(limits)
    return ModelOfGraph(known, model, made_by, model.limits.over(limits) if model.limits else limits)
