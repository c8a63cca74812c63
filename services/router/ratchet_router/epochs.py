"""What was dropped of a tenant's cache, by template and by version.

Each answer's key says how often such answers were dropped: what was made before, or was under way, has another key and
is never found again. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple

import msgspec

from ratchet_router.memory import Entry
from ratchet_router.template import VERSION_AT_END

MOST: Final = 200  # different drops that are remembered of a tenant; one more, and all of its cache goes


class Kind(NamedTuple):
    """By what an answer is made."""

    template: str | None  # with its version
    version_id: str
    model: str


class Drop(msgspec.Struct, frozen=True):
    """Answers by this template, an id or a name with its version, and by this version or model. None: by any."""

    template: str | None = None
    version: str | None = None

    def takes(self, entry: Entry) -> bool:
        names = _names(Kind(entry.template, entry.version_id, entry.model))
        return (self.template, self.version) in names


EVERYTHING: Final = Drop()


class Dropped(NamedTuple):
    tenant: str
    drop: Drop


@dataclass(frozen=True, slots=True)
class Epoch:
    """How often all of a cache was dropped, and since then each part."""

    cleared: int = 0
    parts: Mapping[Drop, int] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[int, int]:
        """Another one after each drop that takes such answers, and never one that was before."""
        if not self.parts:
            return self.cleared, 0
        return self.cleared, sum(self.parts.get(Drop(*names), 0) for names in _names(kind))

    def since(self, before: "Epoch") -> list[Drop]:
        if self.cleared != before.cleared:
            return [EVERYTHING]
        return [drop for drop, times in self.parts.items() if times > before.parts.get(drop, 0)]

    def with_room(self, drop: Drop) -> Drop:
        """Everything, where there are too many parts to remember one more."""
        return EVERYTHING if drop not in self.parts and len(self.parts) >= MOST else drop


def _names(kind: Kind) -> set[tuple[str | None, str | None]]:
    """What a drop may say that takes such an answer."""
    templates = {None, kind.template, kind.template and VERSION_AT_END.sub("", kind.template)}
    return set(product(templates, {None, kind.version_id, kind.model}))
