"""Where routing leaves a choice: a conversation keeps its model, and a few requests explore. Pure.

Another replica that has not seen a session begins it anew. Of models that are nearly as good as the best it takes the
one that the session's hash prefers, so that replicas that rank alike choose alike; a model that only one of them has
reason to choose (it explored, or fell back) is not known to the others.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Model
from ratchet_router.routing import Ranking, Wanted, too_slow
from ratchet_router.traffic import WHOLE, position


class Steering(msgspec.Struct, frozen=True):
    """`stays_on`: the model of the session's last turn, as far as this replica knows. `explore`: the share of requests.
    `near`: scores that are so near to the best are as good as it."""

    stays_on: str = ""
    explore: float = 0.0
    near: float = 0.0


class Drawn(msgspec.Struct, frozen=True):
    """What a request is drawn by. `may_explore`: nobody named a model, and nothing is compared on it."""

    tenant: str
    unit: str
    session: str | None
    now: datetime
    may_explore: bool

    @property
    def key(self) -> str:
        """A user is not among the explored for ever: each day draws anew. A session is drawn once."""
        return self.unit if self.session else f"{self.unit}/{self.now:%Y-%m-%d}"


def steered(ranking: Ranking, wanted: Wanted, steering: Steering, drawn: Drawn) -> Ranking:
    """The same models, with another one first where there is a reason for it, which it gives."""
    if len(ranking.models) + len(ranking.doubted) < 2:
        return ranking
    stays = next((model for model in ranking.models if model.name == steering.stays_on), None)
    if stays is not None:
        return _first(ranking, stays, f"The session stays on {stays.name}, which answered it before.")
    if drawn.may_explore and steering.explore > 0:
        explored = _explored(ranking, wanted, steering.explore, drawn)
        if explored is not None:
            why = f"It is explored: {steering.explore:.1%} of the requests go to another model than the best, to learn."
            return _first(ranking, explored, f"{why} Here it is {explored.name}.")
    if drawn.session:
        preferred = _preferred(ranking, steering.near, f"{drawn.tenant}/{drawn.session}")
        return _first(ranking, preferred, f"{preferred.name} is as good, and the session prefers it.")
    return ranking


def _first(ranking: Ranking, model: Model, why: str) -> Ranking:
    if model is ranking.models[0]:
        return ranking
    others = (one for one in ranking.models if one is not model)
    return replace(ranking, models=(model, *others), reasons=(*ranking.reasons, why))


def _explored(ranking: Ranking, wanted: Wanted, share: float, drawn: Drawn) -> Model | None:
    """One that can do the request in its time and at its price, other than the best; None: it is not drawn."""
    if position(drawn.tenant, f"explore/{wanted.task_type}", drawn.key) >= share * WHOLE:
        return None
    others = [model for model in (*ranking.models[1:], *ranking.doubted) if not too_slow(model, wanted)]
    return _of_highest_hash(others, f"{drawn.tenant}/{wanted.task_type}/{drawn.key}") if others else None


def _preferred(ranking: Ranking, near: float, key: str) -> Model:
    score = {candidate.model: candidate.score for candidate in ranking.candidates}
    best = score[ranking.models[0].name]
    return _of_highest_hash([model for model in ranking.models if best - score[model.name] <= near], key)


def _of_highest_hash(models: Sequence[Model], key: str) -> Model:
    """Rendezvous: where a model comes or goes, only those that prefer it change."""
    return max(models, key=lambda model: (hashlib.sha256(f"{key}/{model.name}".encode()).digest(), model.name))
