"""Use case: what was tuned or is hosted elsewhere becomes a version: a candidate like any other, with the same gate."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION
from ratchet_trainer.artifacts import Artifact, WrongArtifactError
from ratchet_trainer.datasets.dataset import Manifest
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.rollout import Rollout
from ratchet_trainer.rollouts.versions import LOCAL, Version, name_of

BY_ITS_MAKERS: Final = ("openai", "bedrock", "vertex", "lora")  # platforms that a version may name, served yet or not


class CannotRegisterError(RefusedError):
    type = "cannot-register"
    title = "That is no version that could be served"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}.", errors=[{"field": field, "message": message}])


class NameTakenError(RefusedError):
    status = 409
    type = "name-taken"
    title = "Other versions have both names that it could have"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`parent`: empty for what serves now. `learned_until`: the newest thing that it has learned from, where known."""

    tenant: str
    task_type: str
    platform: str
    tuned: Tuned
    base_model: str = ""
    dataset_id: str = ""
    parent: str = ""
    learned_until: datetime | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    who: str
    why: str


class Versions(Protocol):
    async def add(self, version: Version) -> bool: ...
    async def get(self, tenant: str, version_id: str) -> Version:
        """Raises UnknownVersionError."""


class Manifests(Protocol):
    async def manifest(self, tenant: str, dataset_id: str) -> Manifest:
        """Raises UnknownDatasetError."""


class Rollouts(Protocol):
    async def get(self, tenant: str, task_type: str) -> Rollout: ...


class Artifacts(Protocol):
    def insist_on(self, artifact: Artifact) -> None:
        """Blocks while it hashes. Raises ArtifactGoneError, WrongArtifactError."""

    def path_of(self, artifact: Artifact) -> Path: ...


FaultOf = Callable[[str, str, str], Awaitable[str]]  # of a student's file: path, SHA-256, task; none: empty


@dataclass(frozen=True)
class Registering:
    """`platforms`: of the trainer's catalogue."""

    versions: Versions
    datasets: Manifests
    rollouts: Rollouts
    artifacts: Artifacts
    fault_of: FaultOf
    platforms: Collection[str]
    now: Callable[[], datetime]

    async def register(self, wanted: Registration) -> tuple[Version, bool]:
        """The version, and whether it is new: the same model of the same platform for a task is one version.

        Raises CannotRegisterError, UnknownDatasetError, UnknownVersionError, ArtifactGoneError, WrongArtifactError,
        NameTakenError.
        """
        insist_on_form(wanted, self.platforms)
        manifest = await self._manifest(wanted)
        parent = await self._parent(wanted)
        if wanted.tuned.artifact:
            await self._insist_on(Artifact(wanted.tuned.artifact, wanted.tuned.sha256), wanted.task_type)
        for version_id in names(wanted):
            version = registered(wanted, version_id, manifest, parent, self.now())
            if await self.versions.add(version):
                return version, True
            there = await self.versions.get(wanted.tenant, version_id)
            if is_same(there, version):
                return there, False
        raise NameTakenError(f"Other versions are called {' and '.join(names(wanted))}: name the model otherwise.")

    async def _insist_on(self, artifact: Artifact, task_type: str) -> None:
        """A file may be what was meant, and no student, one for another task, or one of a later release."""
        await asyncio.to_thread(self.artifacts.insist_on, artifact)
        path = str(self.artifacts.path_of(artifact))
        if fault := await self.fault_of(path, artifact.sha256, task_type):
            raise WrongArtifactError(f"artifact: {fault}")

    async def _manifest(self, wanted: Registration) -> Manifest | None:
        if not wanted.dataset_id:
            return None
        manifest = await self.datasets.manifest(wanted.tenant, wanted.dataset_id)
        if manifest.task_type != wanted.task_type:
            of = f"it is for {manifest.task_type}, and the version for {wanted.task_type}"
            raise CannotRegisterError("dataset_id", of)
        return manifest

    async def _parent(self, wanted: Registration) -> str:
        if not wanted.parent:
            return (await self.rollouts.get(wanted.tenant, wanted.task_type)).stable
        if wanted.parent == BASE_VERSION:
            return BASE_VERSION
        parent = await self.versions.get(wanted.tenant, wanted.parent)
        if parent.task_type != wanted.task_type:
            raise CannotRegisterError("parent", f"it is for {parent.task_type}, and the version for {wanted.task_type}")
        return parent.version_id


def insist_on_form(wanted: Registration, platforms: Collection[str]) -> None:
    """Raises CannotRegisterError."""
    tuned, known = wanted.tuned, sorted({LOCAL, *BY_ITS_MAKERS, *platforms})
    if wanted.platform not in known:
        message = f"it is none of {', '.join(known)}; add it to the catalogue (TRAINER_CATALOGUE) as [platforms.…]"
        raise CannotRegisterError("platform", message)
    if wanted.platform == LOCAL and (tuned.model or not tuned.artifact or not tuned.sha256):
        raise CannotRegisterError(
            "artifact", "a student is named by its artifact and that file's sha256, not by a model"
        )
    if wanted.platform != LOCAL and (tuned.artifact or tuned.sha256 or not tuned.model):
        raise CannotRegisterError("model", f"{wanted.platform} serves a model by its name there, and no artifact")


def names(wanted: Registration) -> tuple[str, str]:
    """As a job's version is called; and where another platform's model has that name, with the platform in it."""
    apart = sha256(f"{wanted.platform}\n{wanted.tuned.identity}".encode()).hexdigest()
    return name_of(wanted.task_type, wanted.tuned.identity), name_of(wanted.task_type, apart)


def is_same(there: Version, version: Version) -> bool:
    ours = (version.task_type, version.platform, version.model, version.sha256)
    return (there.task_type, there.platform, there.model, there.sha256) == ours


def registered(wanted: Registration, version_id: str, manifest: Manifest | None, parent: str, now: datetime) -> Version:
    sizes = {f"{side}_examples": float(manifest.sizes.get(side, 0)) for side in Side} if manifest else {}
    learned_until = wanted.learned_until or (manifest.learned_until if manifest else None)
    return Version(
        tenant=wanted.tenant,
        version_id=version_id,
        task_type=wanted.task_type,
        platform=wanted.platform,
        base_model=wanted.base_model,
        model=wanted.tuned.model,
        artifact=wanted.tuned.artifact,
        sha256=wanted.tuned.sha256,
        dataset_id=wanted.dataset_id,
        parent=parent,
        job_id="",
        created_at=now,
        learned_until=learned_until,
        metrics={**sizes, **wanted.metrics},
        registered_by=wanted.who,
        why=wanted.why,
    )
