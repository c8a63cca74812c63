"""An instant OpenAI-shaped upstream: canned answers, whole and streamed. `python upstream.py PORT`."""

import asyncio
import sys
from pathlib import Path
from typing import cast

import uvloop

sys.path.insert(0, str(Path(__file__).parents[3]))  # it is started as a file

from tests.bench.wire.canned import ANSWER, FLOWING, stream


def _framed(media_type: str, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        media_type.encode(),
        len(body),
        body,
    )


WHOLE_ANSWER = _framed("application/json", ANSWER.encode())
STREAM = _framed("text/event-stream", stream().encode())
STREAMS = f"POST {FLOWING} ".encode()


class Instant(asyncio.Protocol):
    """Enough of HTTP/1.1 for a keep-alive client that sends a Content-Length."""

    def __init__(self) -> None:
        self._seen = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop has its own kind, no subclass
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._seen[:end])
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
            if len(self._seen) < end + 4 + length:
                return
            del self._seen[: end + 4 + length]
            self._transport.write(STREAM if head.startswith(STREAMS) else WHOLE_ANSWER)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Instant, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
