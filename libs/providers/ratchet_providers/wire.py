"""HTTP to model APIs on asyncio and httptools, for the hot path: a general client takes several times the CPU.

No redirects, no cookies, no compression, no proxies, no limits of time: the caller has his own.
"""

import asyncio
import ssl
from collections import defaultdict
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from ratchet_providers.connection import Connection, NotAnsweredError

CONNECTIONS = 512
CONNECT_PATIENCE_S = 5.0
IDLE_S = 30.0  # then the other side may be about to close it


@dataclass(frozen=True, slots=True)
class Origin:
    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where POST requests go. `head`: all of it but the length of the body."""

    origin: Origin
    head: bytes

    @classmethod
    def of(cls, url: str, headers: dict[str, str]) -> Self:
        """Raises ValueError for a URL that is not http or https, and for a header that would break the request."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no URL of http or https.")
        where = parts.path or "/"
        lines = [
            f"POST {where}?{parts.query} HTTP/1.1" if parts.query else f"POST {where} HTTP/1.1",
            f"Host: {parts.netloc.rpartition('@')[2]}",
            *(f"{name}: {value}" for name, value in ({"Accept-Encoding": "identity"} | headers).items()),
        ]
        if not all(line.isascii() and line.isprintable() for line in lines):
            raise ValueError("A URL or header holds characters that must not be in one.")
        tls = parts.scheme == "https"
        origin = Origin(parts.hostname, parts.port or (443 if tls else 80), tls)
        return cls(origin, "\r\n".join([*lines, "Content-Length: "]).encode())


class Wire:
    """Connections that are kept, for the whole process; bounded. Close them with `async with`."""

    def __init__(self, *, connections: int = CONNECTIONS) -> None:
        self._places = asyncio.Semaphore(connections)
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()
        self._trust: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for connection in list(self._open):
            connection.close()

    async def post(self, endpoint: Endpoint, body: bytes, *, limit: int) -> tuple[int, bytes]:
        """Status and body of the answer. Raises NotAnsweredError, TooLongError.

        A kept connection may be closed by the other side as the request goes out. Where not one byte has come back, the
        request is sent once more on a new one.
        """
        request = b"%b%d\r\n\r\n%b" % (endpoint.head, len(body), body)
        async with self._places:
            kept = self._kept(endpoint.origin)
            if kept is not None:
                try:
                    return await self._exchanged(endpoint.origin, kept, request, limit)
                except NotAnsweredError as error:
                    if not error.unheard:
                        raise
            fresh = await self._connect(endpoint.origin)
            return await self._exchanged(endpoint.origin, fresh, request, limit)

    async def _exchanged(self, origin: Origin, connection: Connection, request: bytes, limit: int) -> tuple[int, bytes]:
        answer = await connection.exchange(request, limit)
        if connection.reusable:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle[origin].append(connection)
        else:
            connection.close()
        return answer

    def _kept(self, origin: Origin) -> Connection | None:
        """The one that was used last."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.reusable and asyncio.get_running_loop().time() - connection.idle_since < IDLE_S:
                return connection
            connection.close()
        return None

    async def _connect(self, origin: Origin) -> Connection:
        try:
            async with asyncio.timeout(CONNECT_PATIENCE_S):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._open.discard),
                    origin.host,
                    origin.port,
                    ssl=self._tls() if origin.tls else None,
                )
        except TimeoutError as error:
            raise NotAnsweredError(f"no connection within {CONNECT_PATIENCE_S:.0f} s") from error
        except OSError as error:  # a wrong certificate as well
            raise NotAnsweredError(type(error).__name__) from error
        self._open.add(connection)
        return connection

    def _tls(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust
