"""Which approach may answer by what the request names, and which tuned version is meant by one. Pure."""

from datetime import datetime
from typing import Final

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION, TrafficAssigned
from ratchet_router.grounding.context import RETRIEVING, TUNED, Context
from ratchet_router.names import VERSION
from ratchet_router.traffic import assigned_version

FIELD: Final = "context.approach"


class ApproachError(RefusedError):
    type = "approach-not-possible"
    title = "The request cannot be answered by this approach"


class NoTunedVersionError(RefusedError):
    status = 409
    type = "no-tuned-version"
    title = "No tuned version serves the task"


def refuse_others(model: str, context: Context, catalogue: Catalogue) -> None:
    """Raises ApproachError where the model that is named belongs to another approach, or a text is there already."""
    approach = context.approach
    if approach is None:
        return
    if context.text_given and approach in RETRIEVING:
        raise _refused(f"{approach} retrieves the text, and the request brings its own: leave one of them out")
    if model in catalogue.models and approach in TUNED:
        raise _refused(f"{approach} is answered by a tuned version, and {model} is none: leave out the model")
    if VERSION.fullmatch(model) and approach not in TUNED:
        raise _refused(f"{approach} is answered by a base model, and {model} is a tuned version: leave out the model")


def tuned_version(assigned: TrafficAssigned | None, unit: str, now: datetime) -> str:
    """The version of the unit's share, else the one with the largest share; empty: nothing trained serves."""
    if assigned is None:
        return ""
    of_share = assigned_version(assigned, unit, now)
    if of_share != BASE_VERSION:
        return of_share
    serving = {version: share for version, share in assigned.shares.items() if version != BASE_VERSION and share > 0}
    return max(serving, key=lambda version: (serving[version], version), default="")


def _refused(message: str) -> ApproachError:
    return ApproachError(f"{FIELD}: {message}.", errors=[{"field": FIELD, "message": message}])
