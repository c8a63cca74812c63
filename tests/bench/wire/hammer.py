"""Sends requests as fast as they are answered, over keep-alive connections: bounded in time, counts what came back.

A protocol on uvloop and bytes made beforehand: it must cost less than what it measures, and says what it cost.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import uvloop

FILLER = "The board asked whether the plan for the export is settled and who will look at the open points. " * 14
PATIENCE_S = 60.0  # for the answers that are still under way at the end


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, to whom. `headers`: those beside host, type and length."""

    port: int
    path: str = "/v1/chat/completions"
    headers: tuple[tuple[str, str], ...] = ()
    model: str = "instant"
    stream: bool = False

    def around_number(self) -> tuple[bytes, bytes]:
        """The request before and after the text, of fixed width, that tells it from the others."""
        before = f'{{"model":"{self.model}","stream":{str(self.stream).lower()},"messages":[{{"role":"user","content":"'
        after = f': {FILLER}"}}]}}'
        length = len(before) + len(numbered(0, 0)) + len(after)
        lines = [f"POST {self.path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers] + [f"Content-Length: {length}", "", before]
        return "\r\n".join(lines).encode(), after.encode()


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("Authorization", f"Bearer {token}"),)


def numbered(connection: int, count: int) -> bytes:
    return b"%016d/%05d/%09d" % (time.time_ns() // 1000, connection, count)


@dataclass
class Hammered:
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    chunks: int = 0  # of streams
    seconds: float = 0.0
    own_cpu_s: float = 0.0  # of the load itself

    @property
    def per_second(self) -> float:
        return self.statuses[200] / self.seconds

    @property
    def chunks_per_second(self) -> float:
        return self.chunks / self.seconds

    @property
    def failed(self) -> int:
        return self.statuses.total() - self.statuses[200]

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def hammer(call: Call, *, connections: int, seconds: float, warm_up_s: float) -> Hammered:
    """Each request differs from the others, so that no cache answers."""
    return uvloop.run(_hammered(call, connections, seconds, warm_up_s))


async def _hammered(call: Call, connections: int, seconds: float, warm_up_s: float) -> Hammered:
    loop, found = asyncio.get_running_loop(), Hammered(seconds=seconds)
    begin = time.perf_counter() + warm_up_s
    window = (begin, begin + seconds)
    callers = [Caller(call, number, window, found) for number in range(connections)]
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", call.port)  # type: ignore[misc]
    await asyncio.sleep(begin - time.perf_counter())
    before = time.process_time()
    await asyncio.sleep(window[1] - time.perf_counter())
    found.own_cpu_s = time.process_time() - before
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(caller.done for caller in callers))
    return found


class Caller(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last is there."""

    def __init__(self, call: Call, number: int, window: tuple[float, float], found: Hammered) -> None:
        self._before, self._after = call.around_number()
        self._number, self._found = number, found
        self._begin, self._end = window
        self._count = self._chunks = self._status = 0
        self._started = 0.0
        self._left: int | None = 0  # bytes of the body that are still to come; None: it ends with an empty chunk
        self._seen = b""  # of the head, and then what the body ended with so far
        self._in_body = False
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop has its own kind, no subclass
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self._found.statuses[0] += 1
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            head, there, data = (self._seen + data).partition(b"\r\n\r\n")
            if not there:
                self._seen = head
                return
            self._read(head)
        if self._left is None:
            with_last = self._seen + data
            self._chunks += with_last.count(b"\n\n") - self._seen.count(b"\n\n")
            self._seen = with_last[-5:]
            over = with_last.endswith(b"0\r\n\r\n")
        else:
            self._left -= len(data)
            self._chunks += data.count(b"\n\n")
            over = self._left <= 0
        if over:
            self._over()

    def _read(self, head: bytes) -> None:
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        self._status = int(head[9:12])
        self._left, self._in_body, self._seen = int(length) if length else None, True, b""

    def _over(self) -> None:
        now = time.perf_counter()
        if self._begin <= self._started and now <= self._end:
            self._found.statuses[self._status] += 1
            self._found.latencies_s.append(now - self._started)
        if self._begin <= now <= self._end:
            self._found.chunks += self._chunks
        if now < self._end:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        self._count += 1
        self._chunks, self._seen, self._in_body = 0, b"", False
        self._started = time.perf_counter()
        self._transport.write(self._before + numbered(self._number, self._count) + self._after)
