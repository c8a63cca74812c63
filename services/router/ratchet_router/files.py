"""What the operator writes into files: read at the start, and anew at SIGHUP."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Self

from ratchet_catalogue.adapters import Adapter, WrongProviderError
from ratchet_catalogue.catalogue import Catalogue
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_common.background import Loop, cancelled
from ratchet_common.errors import CannotStartError
from ratchet_common.toml_lines import Lines
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.wire import Wire
from ratchet_router.answering import Adapters, adapters_of, answering_with
from ratchet_router.gate import Cap
from ratchet_router.limits.file import LimitsFile, read_limits
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings
from ratchet_router.shelf import Shelf
from ratchet_router.template_files import read_templates


@dataclass(frozen=True, slots=True)
class Files:
    """`adapters` are made of the catalogue's providers, their keys read, and not started."""

    catalogue: Catalogue
    adapters: Adapters
    limits: LimitsFile
    templates: Shelf

    @property
    def caps(self) -> dict[str, Cap]:
        return {name: Cap(table.at_once, table.waiting) for name, table in self.catalogue.providers.items()}

    def over(self, parts: Parts, students: LocalStudents) -> Parts:
        """The same parts by these files. What requests share (breakers, gates, caches, …) stays what it is."""
        answering = answering_with(self.catalogue, self.adapters, parts.settings, students)
        return replace(
            parts,
            catalogue=self.catalogue,
            library=parts.library.on(self.templates),
            models=answering.models,
            platforms=answering.platforms,
            embeddings=answering.embeddings,
            batch_platforms=answering.batch_platforms,
            goes_on=answering.goes_on,
            targets={},
        )


def read_files(settings: RouterSettings, wire: Wire) -> Files:
    """Takes a third of a second of a thread. Raises CannotStartError with a sentence that names what is wrong."""
    known = read_catalogue(settings.catalogue)
    if settings.reference_model and settings.reference_model not in known.models:
        raise CannotStartError(
            f"ROUTER_REFERENCE_MODEL is {settings.reference_model}, which {settings.catalogue} does not have: "
            "name one of its models, or none."
        )
    refuse_unknown_embeddings(known, settings)
    adapters = _adapters(known, settings, wire)
    return Files(known, adapters, read_limits(settings.limits), read_templates(settings.templates))


def refuse_unknown_embeddings(known: Catalogue, settings: RouterSettings) -> None:
    """Raises CannotStartError."""
    if settings.document_embeddings and settings.document_embeddings not in known.embedding_models:
        raise CannotStartError(
            f"ROUTER_DOCUMENT_EMBEDDINGS is {settings.document_embeddings}, which {settings.catalogue} does not have: "
            "name one of its embedding models, or none."
        )


def _adapters(known: Catalogue, settings: RouterSettings, wire: Wire) -> Adapters:
    """Raises CannotStartError."""
    try:
        return adapters_of(known, settings, wire)
    except WrongProviderError as error:
        line = Lines(settings.catalogue.read_text(encoding="utf-8-sig")).of(("providers", error.name, error.field))
        raise CannotStartError(f"{error} It stands in {settings.catalogue}, line {line}.") from None


async def started(adapters: Adapters) -> None:
    """All of them, or none. Raises CannotStartError, RetryLaterError."""
    async with AsyncExitStack() as stack:
        for adapter in adapters.values():
            stack.push_async_callback(adapter.stop)
            await adapter.start()
        stack.pop_all()


class AdapterLoops:
    """What runs beside the requests for the providers of the moment, such as refreshing credentials. Those that others
    took the place of are stopped.
    """

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping: list[asyncio.Task[None]] = []
        self._adapters: Adapters = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancelled(self._tasks)
        await asyncio.gather(*self._stopping, *(adapter.stop() for adapter in self._adapters.values()))

    def use(self, adapters: Adapters) -> None:
        for task in self._tasks:
            task.cancel()
        leaving = [asyncio.create_task(_stopped(adapter)) for adapter in self._adapters.values()]
        self._stopping = [task for task in self._stopping if not task.done()] + leaving
        self._adapters = adapters
        loops: Sequence[tuple[str, Loop]] = [named for adapter in adapters.values() for named in adapter.loops.items()]
        ending = [task for task in self._tasks if not task.done()]
        self._tasks = ending + [asyncio.create_task(loop.run("router", name), name=name) for name, loop in loops]


async def _stopped(adapter: Adapter) -> None:
    await adapter.stop()
