"""Students are loaded before the first request that needs them: the first ones would wait, and count as failures."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, Protocol

from ratchet_catalogue.catalogue import Platform
from ratchet_common.events import Serving, TrafficAssigned
from ratchet_providers.base import ProviderError

TRIED_KEPT: Final = 10_000  # SHA-256 of the latest


class Students(Protocol):
    async def prepare(self, artifact: str, sha256: str) -> None:
        """Raises ProviderError."""


class Warming:
    def __init__(self, students: Students, platforms: Mapping[str, Platform]) -> None:
        self._students, self._platforms = students, platforms
        self._waiting: dict[str, str] = {}  # SHA-256 to URL
        self._tried: dict[str, None] = {}  # loaded, or found to be none

    def use(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms

    def hear(self, assigned: TrafficAssigned) -> None:
        """All that it names is loaded soon, once more where it was before: others may have taken its place since."""
        self._waiting |= {student.sha256: student.artifact for student in self._students_of(assigned)}

    def readies(self, assigned: TrafficAssigned) -> bool:
        """Whether requests may be assigned by it here. What has to be loaded for that will be.

        What takes a version back does not wait; nor does what names a file that cannot be loaded, so that it shows.
        """
        missing = {one.sha256: one.artifact for one in self._students_of(assigned) if one.sha256 not in self._tried}
        if not missing or assigned.revoked:
            return True
        self._waiting |= missing
        return False

    def _students_of(self, assigned: TrafficAssigned) -> Iterator[Serving]:
        for serving in assigned.versions.values():
            platform = self._platforms.get(serving.platform)
            if platform is not None and platform.provider == "local_student":
                yield serving

    async def one_more(self) -> bool:
        """True: there may be another."""
        if not self._waiting:
            return False
        sha256, artifact = self._waiting.popitem()
        with suppress(ProviderError):  # a request that needs it will say so, in its attempts
            await self._students.prepare(artifact, sha256)
        self._tried[sha256] = None
        if len(self._tried) > TRIED_KEPT:
            del self._tried[next(iter(self._tried))]
        return True
