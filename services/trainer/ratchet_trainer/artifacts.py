"""Where trained models are kept: files named by the SHA-256 of what is in them, reached by URL."""

import hashlib
import re
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ratchet_common import whole_files
from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_common.whole_files import path_at

CHUNK = 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")  # of what others bring


class ArtifactGoneError(RefusedError):
    status = 409
    type = "artifact-gone"
    title = "The trained model is not where it should be"


class WrongArtifactError(RefusedError):
    type = "wrong-artifact"
    title = "The file is another one than was named"


@dataclass(frozen=True, slots=True)
class Artifact:
    url: str
    sha256: str


class FileArtifacts:
    """Several trainers may share the directory: a file appears whole or not at all, and never changes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def draft(self) -> AbstractContextManager[Path]:
        """A path to write a model to; what is there at the end and was not kept goes."""
        return whole_files.draft_in(self._directory)

    def keep(self, draft: Path) -> Artifact:
        """Blocks while it hashes and syncs. The same content kept twice is one file."""
        digest = _sha256(draft)
        place = self._directory / digest
        whole_files.keep(draft, place)
        return Artifact(place.as_uri(), digest)

    def path_of(self, artifact: Artifact) -> Path:
        """Raises ArtifactGoneError. Whoever loads it checks the hash."""
        path = path_at(artifact.url)
        if path is None or not path.is_file():
            raise ArtifactGoneError(
                f"The trained model {artifact.sha256[:8]} is not in the artifact store: bring {artifact.url} back."
            )
        return path

    def insist_on(self, artifact: Artifact) -> None:
        """For what comes from outside: in this store, with that content. Blocks while it hashes.

        Raises ArtifactGoneError, WrongArtifactError.
        """
        path = path_at(artifact.url)
        in_it = path is not None and path.parent == self._directory and NAME.fullmatch(path.name)
        if path is None or not in_it or path.is_symlink():
            raise WrongArtifactError(
                "artifact: it must be the file: URL of a file in the artifact store (TRAINER_ARTIFACTS_URL)."
            )
        if _sha256(self.path_of(artifact)) != artifact.sha256:
            raise WrongArtifactError(
                "sha256: the artifact has another one: it is not the file that was meant, or broken."
            )

    def forget_drafts(self) -> None:
        """What a trainer that was killed left behind, a day later."""
        whole_files.forget_drafts(self._directory)

    def forget_all_but(self, in_use: Collection[str]) -> None:
        """`in_use`: by their SHA-256. What is younger than a day stays: it may just be coming into use."""
        for path in whole_files.old_files(self._directory, "*"):
            if path.name not in in_use:
                path.unlink(missing_ok=True)


def artifacts_at(url: str) -> FileArtifacts:
    """Raises CannotStartError with a sentence where the store cannot be used."""
    directory = path_at(url)
    if directory is None:
        raise CannotStartError(
            f"TRAINER_ARTIFACTS_URL is {url}: it must be a file: URL with an absolute path, such as file:///var/ratchet."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        artifacts = FileArtifacts(directory)
        artifacts.forget_drafts()
        with artifacts.draft():
            pass
    except OSError as error:
        raise CannotStartError(
            f"The artifact store {directory} (TRAINER_ARTIFACTS_URL) cannot be written to ({error.strerror}): "
            "make it writable, or name another directory."
        ) from error
    return artifacts


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
