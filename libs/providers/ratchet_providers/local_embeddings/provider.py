"""Embeddings of a model on this machine. Its process is started once, loads it once, and ends with the provider."""

import asyncio
from array import array
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final, ParamSpec, Protocol, TypeVar

from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_common.events import Usage
from ratchet_common.workers import Workers
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, encoded
from ratchet_providers.failing import ProviderError
from ratchet_providers.local_embeddings.folder import ModelError, folder_at
from ratchet_providers.local_embeddings.model import Made, NoDirectionError, Which, embedded, prepare

P = ParamSpec("P")
R = TypeVar("R")

NEEDED: Final = ("onnxruntime", "tokenizers", "huggingface_hub")
PORTION: Final = 16  # texts: others get their turn between two portions, a question between those of a document
PATIENCE_TO_STOP_S: Final = 10.0


class Process(Protocol):
    """`ratchet_common.workers.Workers` with one process, or a stand-in that runs the work where it stands."""

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...

    async def stop(self) -> None: ...


def one_process() -> Workers:
    return Workers(1)


def check(which: Which) -> None:
    """Whether there is anything to be loaded, without loading it. Raises ModelError."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"models on this machine need the extra `local`, which is not installed ({', '.join(missing)}): "
            "pip install 'ratchet-router[local]' (in a checkout: make install-local)"
        )
    if which.hub:
        return
    if not Path(which.model).is_absolute():
        raise ModelError(
            f"`model` is {which.model or 'empty'}: write the absolute path of the model's folder, or its name at "
            "the Hugging Face hub together with `hub = true`"
        )
    folder_at(Path(which.model))


class LocalEmbeddings:
    """`start` it before the first request; `stop` ends the process, once what it is at has ended."""

    def __init__(self, name: str, which: Which, process: Callable[[], Process] = one_process) -> None:
        self._name, self._which, self._process = name, which, process()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Loads the model. Raises CannotStartError."""
        try:
            await self._process.run(prepare, self._which)
        except ModelError as error:
            raise CannotStartError(f"The provider {self._name} in the catalogue cannot start: {error}.") from None
        except RetryLaterError:
            raise CannotStartError(
                f"The provider {self._name} in the catalogue cannot start: the process that loads its model died. Is "
                "there memory enough for the model?"
            ) from None

    async def stop(self) -> None:
        with suppress(TimeoutError):  # whoever still waits then is told that it is away
            async with asyncio.timeout(PATIENCE_TO_STOP_S):
                await self._idle.wait()
        await self._process.stop()

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        texts = _texts(request)
        with _as_provider_errors(), self._counted():
            async with asyncio.timeout(request.limits.total_s):
                made = [await self._process.run(embedded, self._which, portion) for portion in _portions(texts)]
        vectors = [vector for one in made for vector in _vectors(one)]
        if request.dimensions not in (None, *(len(vector) for vector in vectors)):
            raise ProviderError("bad_request", f"its vectors have {len(vectors[0])} numbers, and no other length")
        return Embeddings(
            vectors=[encoded(vector, request.encoding_format) for vector in vectors],
            usage=Usage(input_tokens=sum(one.tokens for one in made)),
            model=request.model,
        )

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()


class AnswersNothing:
    """In the place of what answers, of a provider that makes embeddings alone. The catalogue lets nobody ask it."""

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        raise ProviderError("no_such_model", f"{request.model} makes embeddings, and answers nothing")

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        await self.answer(request)
        yield ()


def _texts(request: EmbeddingRequest) -> list[str]:
    texts = [one for one in request.inputs if isinstance(one, str)]
    if len(texts) < len(request.inputs):
        raise ProviderError("bad_request", "its model takes texts, and no tokens")
    return texts


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), PORTION):
        yield texts[start : start + PORTION]


def _vectors(made: Made) -> Iterator[Sequence[float]]:
    numbers = array("f", made.vectors)
    for start in range(0, len(numbers), made.length or 1):
        yield numbers[start : start + made.length]


@contextmanager
def _as_provider_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ProviderError("timeout") from error
    except RetryLaterError as error:
        raise ProviderError("unavailable", "the process with the model died") from error
    except NoDirectionError as error:
        raise ProviderError("bad_request", str(error)) from error
    except ModelError as error:
        raise ProviderError("unavailable", str(error)) from error
