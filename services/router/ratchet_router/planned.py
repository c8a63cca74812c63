"""What planning comes to: who is tried in which order, and how that was decided."""

from decimal import Decimal

import msgspec

from ratchet_catalogue.catalogue import LOCAL_STUDENT, Model, Platform
from ratchet_catalogue.prices import ZERO
from ratchet_common.events import BASE_VERSION, Decision, Serving, Usage
from ratchet_router.epochs import Kind
from ratchet_router.routing import Ranking


class Trained(msgspec.Struct, frozen=True):
    """A version that something here was trained to be, and where it runs."""

    version_id: str
    serving: Serving
    platform: Platform

    @property
    def here(self) -> bool:
        """A student of this machine, and no model that a provider serves by name."""
        return self.platform.provider == LOCAL_STUDENT


class Share(msgspec.Struct, frozen=True):
    """What traffic gave to the unit. `fell_back`: it cannot be asked, and the catalogue's models are."""

    revision: int = 0
    version: str = ""
    fell_back: bool = False


NO_SHARE = Share()


class Named(msgspec.Struct, frozen=True):
    """Who may be asked in place of a model that the caller named: `usual`, whatever it failed with; `spare`, after a
    failure of a kind that names them."""

    usual: tuple[Model, ...] = ()
    spare: tuple[Model, ...] = ()


ALONE = Named()  # nobody


class Plan(msgspec.Struct, frozen=True):
    """`trained`, if any, is tried first; then the ranking's models in their order. `bound`: to the model of an arm."""

    trained: Trained | None
    ranking: Ranking
    decision: Decision
    expected_cost_usd: Decimal
    expected_tokens: int  # read and written
    bound: bool = False
    named: Named | None = None

    @property
    def resolved(self) -> str:
        """What would answer if nothing fails: a version, or a model of the catalogue."""
        return self.trained.version_id if self.trained else self.ranking.models[0].name

    @property
    def first(self) -> tuple[str, str, str]:
        """Version, model and tier of what would answer if nothing fails."""
        if self.trained:
            return self.trained.version_id, model_of(self.trained), self.trained.platform.tier
        best = self.ranking.models[0]
        return BASE_VERSION, best.name, best.tier

    def cost_of_pictures(self, tokens: int) -> Decimal:
        """Of so many tokens that are drawn, if nothing fails."""
        prices = self.trained.platform.prices if self.trained else self.ranking.models[0].prices
        return prices.of(Usage(output_tokens=tokens, output_image_tokens=tokens)) if tokens else ZERO

    def kind(self, template: str | None) -> Kind:
        """By what the answer will be made if nothing fails."""
        version, model, _ = self.first
        return Kind(self.seen_of(template), version, model)

    def seen_of(self, template: str | None) -> str | None:
        """Of the request's template by what would answer if nothing fails: what was trained sees none."""
        return None if self.trained else template


def model_of(trained: Trained) -> str:
    return trained.serving.model or trained.version_id
