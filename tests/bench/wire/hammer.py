"""Sends requests as fast as they are answered, over keep-alive connections: bounded in time, counts what came back."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

FILLER = "The board asked whether the plan for the export is settled and who will look at the open points. " * 14


@dataclass
class Hammered:
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.statuses[200] / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def hammer(port: int, token: str, *, connections: int, seconds: float, warm_up_s: float) -> Hammered:
    """Each request differs from the others, so that no cache answers."""
    found = Hammered()
    begin = time.perf_counter() + warm_up_s
    end = begin + seconds
    await asyncio.gather(*(_one(port, token, n, begin, end, found) for n in range(connections)))
    found.seconds = seconds
    return found


async def _one(port: int, token: str, number: int, begin: float, end: float, found: Hammered) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    count = 0
    while (started := time.perf_counter()) < end:
        count += 1
        text = f"{number}/{count}: {FILLER}"
        body = ('{"model":"instant","messages":[{"role":"user","content":"' + text + '"}]}').encode()
        writer.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)
        status = await _answer(reader)
        if started >= begin:
            found.statuses[status] += 1
            found.latencies_s.append(time.perf_counter() - started)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12])
