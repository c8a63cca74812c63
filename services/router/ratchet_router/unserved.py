"""Versions that have traffic and cannot be asked, since the catalogue has no such platform: a person has to see it.

The catalogue's models answer in their place, so that callers notice nothing.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ratchet_catalogue.catalogue import Platform
from ratchet_common.events import BASE_VERSION, TrafficAssigned
from ratchet_router.metrics import UNSERVED

log = logging.getLogger(__name__)
MOST_SAID: Final = 10_000  # that are remembered as said


class _Version(NamedTuple):
    tenant: str
    task_type: str
    version_id: str
    platform: str


class Unserved:
    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        self._assigned: dict[tuple[str, str], tuple[_Version, ...]] = {}
        self._missing: dict[tuple[str, str], int] = {}
        self._said: dict[_Version, None] = {}

    def use(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        self._said.clear()
        for key in self._assigned:
            self._look(key)

    def hear(self, assigned: TrafficAssigned) -> None:
        key = assigned.tenant, assigned.task_type
        self._assigned[key] = tuple(_trained(assigned))
        self._look(key)

    def _look(self, key: tuple[str, str]) -> None:
        missing = [one for one in self._assigned[key] if one.platform not in self._platforms]
        UNSERVED.inc(len(missing) - self._missing.get(key, 0))
        self._missing[key] = len(missing)
        for version in missing:
            if version not in self._said:
                self._say(version)

    def _say(self, version: _Version) -> None:
        """Once, until the catalogue is read anew."""
        log.warning(
            "The version %s of %s for the tenant %s has traffic, and the catalogue has no [platforms.%s]: its models "
            "answer instead. Add the platform and send SIGHUP, or roll the version back.",
            version.version_id,
            version.task_type,
            version.tenant,
            version.platform,
        )
        self._said[version] = None
        if len(self._said) > MOST_SAID:
            del self._said[next(iter(self._said))]


def _trained(assigned: TrafficAssigned) -> Iterator[_Version]:
    for version_id, serving in assigned.versions.items():
        if serving.platform != BASE_VERSION:
            yield _Version(assigned.tenant, assigned.task_type, version_id, serving.platform)
