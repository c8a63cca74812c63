"""One try of one target: timed, counted, traced, and told. A failure is remembered, and others answer."""

import logging
import time
from types import TracebackType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from ratchet_common.background import described
from ratchet_common.events import Usage
from ratchet_common.tracing import Calling
from ratchet_providers.failing import ProviderError
from ratchet_router.gate import Gate
from ratchet_router.metrics import begun, called
from ratchet_router.target import Place

log = logging.getLogger(__name__)
T = TypeVar("T", bound=Place)
CANCELLED: Final = "cancelled"  # the error of an attempt that the caller did not wait for


class Ends(Protocol):
    """Who hears how a try ended."""

    def answered(self, target: Any, gate: Gate | None, asking: Any) -> None: ...
    def failed(self, target: Any, gate: Gate | None, asking: Any, error: ProviderError) -> None: ...
    def left(self, target: Any, gate: Gate | None, asking: Any) -> None: ...


class Asking(Generic[T]):
    """Around one try. `usage`: what it has used up to now, as far as that is known: it may fail later on."""

    __slots__ = ("_calling", "_gate", "_target", "_tries", "started", "usage")

    def __init__(self, tries: Ends, target: T, gate: Gate | None) -> None:
        self._tries, self._target, self._gate = tries, target, gate
        self.started = time.perf_counter()
        self.usage: Usage | None = None
        self._calling = Calling(target.operation, target.at, target.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """True: the failure is remembered, and others may answer all the same."""
        self._end(error)
        if error is None:
            self._tries.answered(self._target, self._gate, self)
        elif isinstance(error, ProviderError):
            self._tries.failed(self._target, self._gate, self, error)
        elif isinstance(error, Exception):  # what comes from outside ends here
            log.error("A fault of ours in asking %s: %s", self._target.name, described(error))
            unforeseen = ProviderError("unforeseen", "a fault in speaking with the provider; it has been logged")
            self._tries.failed(self._target, self._gate, self, unforeseen)
        else:
            self._tries.left(self._target, self._gate, self)
            return False
        return True

    def shows(self) -> None:
        """The first part of the answer that the caller sees something of."""
        begun(self._target.at, self._target.name, time.perf_counter() - self.started)

    def _end(self, error: BaseException | None) -> None:
        target, used = self._target, self.usage
        kind = "" if error is None else _kind(error)
        called(target.operation, target.at, target.name, kind, time.perf_counter() - self.started)
        if used is None:
            self._calling.end(error=kind)
        else:
            self._calling.end(error=kind, read=used.input_tokens, written=used.output_tokens)


def _kind(error: BaseException) -> str:
    if isinstance(error, ProviderError):
        return error.kind
    return "unforeseen" if isinstance(error, Exception) else CANCELLED
