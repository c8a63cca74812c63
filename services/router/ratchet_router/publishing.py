"""Use case: a tenant writes a new version of a template, or says which version is live."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_router.picking import TemplateForOtherTaskError, UnknownTemplateError
from ratchet_router.shelf import Shelf
from ratchet_router.template import Fault, Template, as_kept, faults

ATTEMPTS: Final = 5


class InvalidTemplateError(RefusedError):
    type = "invalid-template"
    title = "The template cannot be used"

    def __init__(self, found: Sequence[Fault]) -> None:
        errors = [{"field": fault.field, "message": fault.why} for fault in found]
        super().__init__(" ".join(f"{fault.field}: it {fault.why}." for fault in found), errors=errors)


class TooManyTemplatesError(RefusedError):
    status = 409
    type = "too-many-templates"
    title = "No more templates are kept"


@dataclass(frozen=True, slots=True)
class Newest:
    """The highest version of a tenant's own; `digest`: of all but the version."""

    version: int
    digest: bytes
    task: str


class TemplateStore(Protocol):
    """Each may raise RetryLaterError."""

    async def newest(self, tenant: str, id_: str) -> Newest | None: ...
    async def count(self, tenant: str) -> int: ...
    async def insert(self, tenant: str, template: Template, digest: bytes) -> bool:
        """False: that version is there already."""

    async def make_live(self, tenant: str, id_: str, version: int) -> None: ...
    async def make_newest_live(self, tenant: str, id_: str, version: int) -> None:
        """Unless a higher one is live already."""


@dataclass(frozen=True, slots=True)
class Published:
    """`created` is False where the newest version says the same already."""

    version: int
    created: bool


async def publish(
    draft: Template, *, tenant: str, shelf: Shelf, store: TemplateStore, most: int, live: bool
) -> Published:
    """Gives the draft the next version.

    Raises InvalidTemplateError, TemplateForOtherTaskError, TooManyTemplatesError.
    """
    if found := faults(draft):
        raise InvalidTemplateError(found)
    for known in shelf.versions.get(draft.id, {}).values():
        _refuse_other_task(draft, known.template.task)
    published = await _published(draft, tenant, max(shelf.versions.get(draft.id, {}), default=0), store, most)
    if live:
        await store.make_newest_live(tenant, draft.id, published.version)
    return published


async def activate(id_: str, version: int, *, tenant: str, shelf: Shelf, store: TemplateStore) -> None:
    """Raises UnknownTemplateError."""
    if shelf.get(id_, version) is None:
        raise UnknownTemplateError(
            "There is no such version of the template.", known=sorted(shelf.versions.get(id_, {}))
        )
    await store.make_live(tenant, id_, version)


async def _published(draft: Template, tenant: str, highest: int, store: TemplateStore, most: int) -> Published:
    digest = digest_of(draft)
    for _ in range(ATTEMPTS):
        newest = await store.newest(tenant, draft.id)
        if newest is not None:
            _refuse_other_task(draft, newest.task)
            if newest.digest == digest:
                return Published(newest.version, created=False)
        if await store.count(tenant) >= most:
            raise TooManyTemplatesError(
                f"The tenant has {most} versions of templates, and no more are kept: "
                "ask the operator to raise ROUTER_TEMPLATES_OF_TENANT."
            )
        version = max(highest, newest.version if newest else 0) + 1
        if await store.insert(tenant, msgspec.structs.replace(draft, version=version), digest):
            return Published(version, created=True)
    raise RetryLaterError("Others are writing versions of the same template at the same time.")


def digest_of(template: Template) -> bytes:
    """Of all that a template says; not of its version."""
    same = as_kept(msgspec.structs.replace(template, version=1))
    return hashlib.sha256(msgspec.json.encode(same)).digest()


def _refuse_other_task(draft: Template, task: str) -> None:
    if draft.task != task:
        raise TemplateForOtherTaskError(
            f"The template {draft.id} is for the task {task}: take another id for one for {draft.task}.", task=str(task)
        )
