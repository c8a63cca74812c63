"""An instant OpenAI-shaped upstream: one canned answer to every request. `python upstream.py PORT`."""

import asyncio
import sys

BODY = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"instant","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"Yes, that is settled."},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":400,"completion_tokens":6,"total_tokens":406}}'
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Instant(asyncio.Protocol):
    """Enough of HTTP/1.1 for a keep-alive client that sends a Content-Length."""

    def __init__(self) -> None:
        self._seen = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._seen[:end]).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
            if len(self._seen) < end + 4 + length:
                return
            del self._seen[: end + 4 + length]
            self._transport.write(ANSWER)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Instant, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
