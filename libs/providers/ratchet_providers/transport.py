"""Requests to a provider over the wire, with its failures as ours."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager

from ratchet_providers.base import TimeLimits
from ratchet_providers.connection import LateError, NotAnsweredError, TooLongError
from ratchet_providers.failing import ProviderError
from ratchet_providers.http_failures import failure
from ratchet_providers.places import NoPlaceError
from ratchet_providers.sse import Event, Events, EventTooLongError
from ratchet_providers.wire import STREAM_LIMIT, Answer, Endpoint, Wire

Failing = Callable[[int, Mapping[bytes, bytes], bytes], ProviderError]  # of a status, its headers and its body
BODY_LIMIT = 64 * 1024 * 1024
FAILURE_LIMIT = 64 * 1024
AFTER_THE_END_S = 5.0  # for what may follow an answer's end, such as what it counts
WHOLE = "\nwhole"  # in the place of an event's name, which has no newline


class Patience:
    """How long to wait for what comes next. Tell it when the first token was there, and when all of them were."""

    def __init__(self, limits: TimeLimits) -> None:
        now = asyncio.get_running_loop().time()
        self._limits, self._first, self._end = limits, now + limits.first_s, now + limits.total_s
        self._next = now + limits.gap_s
        self._shown = self._all_of_it = False  # `_all_of_it`: the last wait was bounded by the end of the whole
        self._nothing = False

    def shown(self) -> None:
        self._shown = True

    def said_nothing(self) -> None:
        """What came last was a comment, as servers send lest a connection be closed: the wait for the next goes on."""
        self._nothing = True

    def ended(self) -> None:
        self._end = min(self._end, asyncio.get_running_loop().time() + AFTER_THE_END_S)

    def left_s(self) -> float:
        now = asyncio.get_running_loop().time()
        if not self._nothing:
            self._next = now + self._limits.gap_s
        self._nothing = False
        here, left = (self._next if self._shown else self._first) - now, self._end - now
        self._all_of_it = left <= here
        return max(min(here, left), 0.001)

    def late(self) -> ProviderError:
        """Which limit the last wait has passed. Not by the clock: a timer may be a little early by it."""
        limits = self._limits
        if self._all_of_it:
            return ProviderError("timeout", f"no end within {limits.total_s:.1f} s")
        if self._shown:
            return ProviderError("timeout", f"nothing more within {limits.gap_s:.1f} s")
        return ProviderError("timeout", f"no first token within {limits.first_s:.1f} s")


async def whole(
    wire: Wire,
    endpoint: Endpoint,
    body: bytes,
    limits: TimeLimits,
    *,
    limit: int = BODY_LIMIT,
    failing: Failing = failure,
    only_once: bool = False,
) -> Answer:
    """An answer of status 200. Raises ProviderError."""
    with _as_ours():
        try:
            answer = await wire.post(
                endpoint,
                body,
                limit=limit,
                patience_s=limits.total_s,
                connect_s=limits.connect_s,
                only_once=only_once,
            )
        except LateError:
            raise ProviderError("timeout", f"no answer within {limits.total_s:.1f} s") from None
    if answer.status != 200:
        raise failing(answer.status, answer.headers, answer.body)
    return answer


async def arriving(
    wire: Wire,
    endpoint: Endpoint,
    body: bytes,
    limits: TimeLimits,
    patience: Patience,
    *,
    limit: int = STREAM_LIMIT,
    failing: Failing = failure,
) -> AsyncGenerator[bytes, None]:
    """The bytes of an answer of status 200 as they come, to their end. Raises ProviderError; `cut` for a broken one."""
    begun = False
    with _as_ours():
        try:
            async with wire.stream(
                endpoint, body, patience_s=patience.left_s(), connect_s=limits.connect_s, limit=limit
            ) as answer:
                if answer.status != 200:
                    raise failing(answer.status, answer.headers, await _rest(answer.more, patience))
                begun = True
                while came := await answer.more(patience.left_s()):
                    yield came
        except LateError:
            raise patience.late() from None
        except NotAnsweredError as error:
            if begun:
                raise ProviderError("cut", str(error)) from error
            raise


async def lines(
    wire: Wire, endpoint: Endpoint, limits: TimeLimits, *, limit: int, longest: int = BODY_LIMIT
) -> AsyncGenerator[bytes, None]:
    """The lines of an answer that are not empty, as they come: only one is in memory. Raises ProviderError."""
    patience, rest = Patience(limits), b""
    patience.shown()
    async with aclosing(arriving(wire, endpoint, b"", limits, patience, limit=limit)) as bits:
        async for came in bits:
            *whole_ones, rest = (rest + came).split(b"\n") if b"\n" in came else (rest + came,)
            if len(rest) > longest:
                raise ProviderError("malformed", f"a line of more than {longest} bytes")
            for line in whole_ones:
                if line.strip():
                    yield line
    if rest.strip():
        yield rest


async def events(
    wire: Wire,
    endpoint: Endpoint,
    body: bytes,
    limits: TimeLimits,
    patience: Patience,
    *,
    failing: Failing = failure,
    or_whole: bool = False,
) -> AsyncGenerator[list[Event], None]:
    """The server-sent events of an answer, those together that came together. Raises ProviderError.

    `or_whole`: JSON in place of them, as servers answer that do not stream or have met an error, is one event, WHOLE.
    """
    found, begun = Events(), False
    async with aclosing(arriving(wire, endpoint, body, limits, patience, failing=failing)) as bits:
        async for came in bits:
            if or_whole and not begun and came.lstrip().startswith(b"{"):  # no event begins so
                yield [Event(WHOLE, await _to_its_end(came, bits))]
                return
            begun = begun or bool(came.strip())
            try:
                there = found.feed(came)
            except EventTooLongError as error:
                raise ProviderError("too_large", str(error)) from error
            if there:
                yield there
            elif not found.holding:
                patience.said_nothing()
    if there := found.end():
        yield there


async def _to_its_end(first: bytes, bits: AsyncGenerator[bytes, None]) -> bytes:
    parts, size = [first], len(first)
    async for came in bits:
        parts.append(came)
        size += len(came)
        if size > BODY_LIMIT:
            raise ProviderError("too_large", f"an answer of more than {BODY_LIMIT} bytes")
    return b"".join(parts)


async def _rest(more: Callable[[float], Awaitable[bytes]], patience: Patience) -> bytes:
    parts: list[bytes] = []
    while sum(map(len, parts)) < FAILURE_LIMIT and (came := await more(patience.left_s())):
        parts.append(came)
    return b"".join(parts)


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except NoPlaceError as error:
        raise ProviderError("busy", str(error)) from error
    except NotAnsweredError as error:
        raise ProviderError("unreachable" if error.unconnected else "unavailable", str(error)) from error
    except TooLongError as error:
        raise ProviderError("too_large", str(error)) from error
