"""Students that were trained here: their files are checked, loaded and run in worker processes."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec

from ratchet_common.errors import RetryLaterError
from ratchet_providers.base import Evidence, ModelAnswer, ModelRequest, Piece, ProviderError, estimated_usage
from ratchet_providers.replay import replayed

if TYPE_CHECKING:
    from ratchet_student import Student

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE_TO_LOAD_S = 60.0
KEPT_LOADED = 8  # in each worker process


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A student's answer as it leaves the worker process: see `ratchet_student.Prediction`.

    One of those would have whoever gets it load all that students are fitted with: seconds, in which a router answers
    nobody.
    """

    output: str
    confidence: float
    sure: bool = True
    label: str | None = None
    items: tuple[str, ...] | None = None
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()


class Work(Protocol):
    """What a worker process does for a request, or a stand-in for it."""

    def __call__(self, path: str, sha256: str, document: str, question: str, labels: Sequence[str], /) -> Said: ...


class Processes(Protocol):
    """`ratchet_common.workers.Workers`, or a stand-in that runs the work where it stands."""

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...


class ArtifactError(Exception):
    """The student's file is missing, is not the one that was named, or cannot be read."""


@functools.lru_cache(maxsize=KEPT_LOADED)
def _loaded(sha256: str, path: str) -> "Student":
    from ratchet_student import StudentFileError, load  # only worker processes shall pay for what it loads

    try:
        return load(Path(path), sha256)
    except OSError as error:
        raise ArtifactError(type(error).__name__) from None
    except StudentFileError as error:
        raise ArtifactError(str(error)) from None  # a sentence on the file, with nothing of what anybody wrote


def prepare(path: str, sha256: str) -> None:
    """Runs in a worker process. Raises ArtifactError."""
    _loaded(sha256, path)


def predict(path: str, sha256: str, document: str, question: str, labels: Sequence[str]) -> Said:
    """Runs in a worker process. Raises ArtifactError."""
    found = _loaded(sha256, path).predict(document, question, tuple(labels))
    return Said(
        output=found.output,
        confidence=found.confidence,
        sure=found.sure,
        label=found.label,
        items=found.items,
        evidence=tuple(Evidence(its.text, its.start, its.end) for its in found.evidence),
        assumptions=found.assumptions,
    )


class LocalStudents:
    """Answers with the student that `request.artifact` and `request.sha256` name."""

    def __init__(self, workers: Processes, work: Work = predict) -> None:
        self._workers, self._work = workers, work

    async def prepare(self, artifact: str, sha256: str) -> None:
        """Loads a student before the first request needs it. Raises ProviderError."""
        with _as_provider_errors():
            async with asyncio.timeout(PATIENCE_TO_LOAD_S):
                await self._workers.run(prepare, path_of(artifact), sha256)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        path = path_of(request.artifact)
        with _as_provider_errors():
            async with asyncio.timeout(request.limits.total_s):
                said = await self._workers.run(
                    self._work, path, request.sha256, request.document, request.question, tuple(request.labels)
                )
        usage = estimated_usage(len(request.document) + len(request.question), len(said.output))
        if request.may_abstain and not said.sure:
            raise ProviderError("unsure", "it is not sure enough of its answer").having_used(usage)
        return ModelAnswer(
            output=said.output,
            items=said.items,
            label=said.label,
            confidence=said.confidence,
            usage=usage,
            model=request.model,
            evidence=said.evidence,
            assumptions=said.assumptions,
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        """It answers at once."""
        yield replayed(await self.answer(request))


@contextmanager
def _as_provider_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ProviderError("timeout") from error
    except RetryLaterError as error:
        raise ProviderError("unavailable", "the worker process died") from error
    except ArtifactError as error:
        raise ProviderError("unavailable", f"the artifact cannot be used: {error}") from error


def path_of(artifact: str) -> str:
    """The file that a `file:` URL names. Raises ProviderError for any other."""
    try:
        parts = urlsplit(artifact)
    except ValueError:
        raise ProviderError("unavailable", "the artifact's URL is malformed") from None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path:
        raise ProviderError("unavailable", "the artifact is not named by a file: URL")
    return unquote(parts.path)
