"""What a request may write as its model: one of the catalogue, a tier, a task, or a version. Pure."""

import re
from typing import Final

from ratchet_catalogue.catalogue import TIERS, Catalogue, Tier
from ratchet_common.vocabulary import TaskType, known_task
from ratchet_router.routing import UnknownModelError

AUTO: Final = "auto"
ALIASES: Final[dict[str, Tier | None]] = {AUTO: None} | {f"{AUTO}:{tier}": tier for tier in TIERS}
OF_TASK = "task:"
VERSION = re.compile(rf"({'|'.join(TaskType)})-[0-9a-f]{{8}}")


def task_in(model: str) -> TaskType | None:
    """The task that a model's name is about, if it is: `task:<task_type>`, or a version's id.

    Raises UnknownTaskError.
    """
    if model.startswith(OF_TASK):
        return known_task(model.removeprefix(OF_TASK))
    version = VERSION.fullmatch(model)
    return TaskType(version[1]) if version else None


def known_name(model: str, catalogue: Catalogue) -> None:
    """Whether a request may name it; a version may be nobody's. Raises UnknownModelError, UnknownTaskError."""
    if not (model in catalogue.models or model in ALIASES or task_in(model) is not None):
        known = [*ALIASES, f"{OF_TASK}<task_type>", *catalogue.models]
        raise UnknownModelError(f"There is no such model; known are {', '.join(known)}.", known=known)
