"""What a provider's batch API can do: many requests at once, answered within a day, at half the price."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ratchet_providers.base import ModelAnswer, ModelRequest, TimeLimits
from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.failing import ProviderError

BATCH_LIMITS = TimeLimits(connect_s=5, first_s=50, gap_s=50, total_s=50)  # of one call about a batch
RESULTS_LIMITS = TimeLimits(connect_s=5, first_s=50, gap_s=50, total_s=3_600)  # they are kept one by one as they come
RESULTS_MOST = 1024 * 1024 * 1024  # bytes; they are never in memory together
BatchRequest = ModelRequest | EmbeddingRequest
BatchAnswer = ModelAnswer | Embeddings
Way = Literal["chat", "responses", "embeddings"]
State = Literal["running", "ended", "failed"]  # failed: the provider took none of it


@dataclass(frozen=True, slots=True)
class BatchState:
    """`said`: why it failed, in the provider's words, for the caller. `later`: it takes the same batch another time."""

    state: State
    said: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Of one request: the answer, or why there is none. `expired`: the provider did not get to it in time."""

    answer: BatchAnswer | None = None
    error: ProviderError | None = None
    expired: bool = False


class BatchPlatform(Protocol):
    """All of it raises ProviderError. Requests go by keys of ours, of at most 64 letters, digits, `-` and `_`."""

    async def submit(self, name: str, requests: Mapping[str, BatchRequest]) -> str:
        """The provider's id of a new batch, which carries our `name`. All requests are for one model, in one way."""

    async def find(self, name: str, since: datetime) -> str | None:
        """The provider's id of the batch that was submitted under `name`, `since` then; None: there is none.

        Raises NotYetKnownError while the provider has a batch of which it cannot be told yet.
        """

    async def state(self, id: str) -> BatchState: ...  # noqa: A002  its name there

    def results(
        self,
        id: str,  # noqa: A002
        requests: Mapping[str, BatchRequest],
    ) -> AsyncGenerator[tuple[str, Result], None]:
        """Of a batch that has ended, as far as it has any, by the keys of `requests`, as they come down."""
        ...

    async def cancel(self, id: str) -> None:  # noqa: A002
        """What is answered already stays so. Of a batch that has ended it changes nothing."""


class NotYetKnownError(ProviderError):
    def __init__(self) -> None:
        super().__init__("unavailable", "a batch is under way of which it cannot be told yet whose it is")


def way_of(request: BatchRequest) -> Way:
    """A batch of a provider holds requests of one kind alone."""
    if isinstance(request, EmbeddingRequest):
        return "embeddings"
    return "responses" if request.native is not None and request.native.shape == "responses" else "chat"
