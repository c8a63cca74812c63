"""The templates that this replica knows of: those of the files, and the tenants' own, at most 2 s behind the store."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ratchet_router.shelf import Known, Shelf, of_tenant
from ratchet_router.snapshot import LOOK_BACK


@dataclass(frozen=True, slots=True)
class Owned:
    tenant: str
    known: Known


@dataclass(frozen=True, slots=True)
class Chosen:
    """The version of a template that a tenant made live."""

    tenant: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class TemplateChanges:
    """What was written since a time, and the latest time seen, by the store's clock."""

    owned: Sequence[Owned]
    chosen: Sequence[Chosen]
    until: datetime | None


class TenantTemplates(Protocol):
    async def template_changes(self, since: datetime | None) -> TemplateChanges:
        """Raises RetryLaterError."""


class Library:
    def __init__(self, files: Shelf) -> None:
        self._files = files
        self._owned: dict[str, dict[str, Known]] = defaultdict(dict)  # by tenant and the template's name
        self._chosen: dict[str, dict[str, int]] = defaultdict(dict)  # by tenant and the template's id
        self._shelves: dict[str, Shelf] = {}
        self._seen: datetime | None = None
        self._refreshing = asyncio.Lock()

    def on(self, files: Shelf) -> "Library":
        """The same tenants' templates over other files. Requests under way keep the library that they began with."""
        other = Library(files)
        other._owned, other._chosen = self._owned, self._chosen
        other._seen, other._refreshing = self._seen, self._refreshing
        for tenant in self._owned.keys() | self._chosen.keys():
            other._put_up(tenant)
        return other

    def of(self, tenant: str) -> Shelf:
        """What the tenant's requests may use."""
        return self._shelves.get(tenant, self._files)

    async def refresh(self, store: TenantTemplates) -> None:
        """One at a time: else what was read earlier might come to stand over what was read later."""
        async with self._refreshing:
            changes = await store.template_changes(self._seen - LOOK_BACK if self._seen else None)
            for owned in changes.owned:
                self._owned[owned.tenant][owned.known.template.name] = owned.known
            for chosen in changes.chosen:
                self._chosen[chosen.tenant][chosen.id] = chosen.version
            for tenant in {o.tenant for o in changes.owned} | {c.tenant for c in changes.chosen}:
                self._put_up(tenant)
            self._seen = changes.until or self._seen

    def _put_up(self, tenant: str) -> None:
        self._shelves[tenant] = of_tenant(self._files, self._owned[tenant].values(), self._chosen[tenant])
