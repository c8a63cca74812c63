"""Students are loaded before the first request that needs them: the first one would wait seconds, and look slow."""

from collections.abc import Mapping
from typing import Protocol

from ratchet_common.events import TrafficAssigned
from ratchet_providers.base import ProviderError
from ratchet_router.catalogue import Platform


class Students(Protocol):
    async def prepare(self, artifact: str, sha256: str) -> None:
        """Raises ProviderError."""


class Warming:
    def __init__(self, students: Students, platforms: Mapping[str, Platform]) -> None:
        self._students, self._platforms = students, platforms
        self._waiting: dict[str, str] = {}  # SHA-256 to URL

    def use(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms

    def hear(self, assigned: TrafficAssigned) -> None:
        for serving in assigned.versions.values():
            platform = self._platforms.get(serving.platform)
            if platform is not None and platform.provider == "local_student":
                self._waiting[serving.sha256] = serving.artifact

    async def one_more(self) -> bool:
        """True: there may be another."""
        if not self._waiting:
            return False
        sha256, artifact = self._waiting.popitem()
        try:
            await self._students.prepare(artifact, sha256)
        except ProviderError:
            return True  # a request that needs it will say so, in its attempts
        return True
