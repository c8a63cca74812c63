"""What SIGHUP does to a running router: the files are read and checked, then all that hangs on them changes at once."""

import asyncio
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI

from ratchet_common.reloading import Swap
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.wire import Wire
from ratchet_router.files import AdapterLoops, Files, read_files, started
from ratchet_router.limits.admission import Admission
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings
from ratchet_router.unserved import Unserved
from ratchet_router.warming import Warming


@dataclass(frozen=True, slots=True)
class FilesAnew:
    settings: RouterSettings
    app: FastAPI
    wire: Wire
    students: LocalStudents
    admission: Admission
    warming: Warming
    unserved: Unserved
    adapter_loops: AdapterLoops

    async def __call__(self) -> Swap:
        """Raises CannotStartError, RetryLaterError: then all stays as it is."""
        now = await asyncio.to_thread(read_files, self.settings, self.wire)
        await started(now.adapters)
        return partial(self._swap, now)

    def _swap(self, now: Files) -> None:
        parts: Parts = self.app.state.parts
        self.app.state.parts = now.over(parts, self.students)
        parts.around.gates.use(now.caps)
        self.admission.use(now.limits)
        self.warming.use(now.catalogue.platforms)
        self.unserved.use(now.catalogue.platforms)
        self.adapter_loops.use(now.adapters)
