"""HTTP to model APIs on asyncio and httptools, for the hot path: a general client takes several times the CPU.

No redirects, no cookies, no compression, no proxies.
"""

import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from ratchet_providers.connection import Connection, Head, NotAnsweredError
from ratchet_providers.places import Places

CONNECTIONS = 2_048  # in use at once, to one origin
CONNECT_PATIENCE_S = 5.0
PATIENCE_S = 600.0
STREAM_LIMIT = 64 * 1024 * 1024
IDLE_S = 30.0  # then the other side may be about to close it
LAST_HEADER = b"Content-Length: "


class Origin(msgspec.Struct, frozen=True):
    """`address`: where to connect, where that is not left to the host's name."""

    host: str
    port: int
    tls: bool
    address: str = ""


class Endpoint(msgspec.Struct, frozen=True):
    """Where requests go, POST unless said otherwise. `head`: all of it but the length of the body."""

    origin: Origin
    head: bytes

    @classmethod
    def of(cls, url: str, headers: dict[str, str], *, method: str = "POST") -> Self:
        """Raises ValueError for a URL that is not http or https, and for a header that would break the request."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no URL of http or https.")
        where = parts.path or "/"
        lines = [
            f"{method} {where}?{parts.query} HTTP/1.1" if parts.query else f"{method} {where} HTTP/1.1",
            f"Host: {parts.netloc.rpartition('@')[2]}",
            *(f"{name}: {value}" for name, value in ({"Accept-Encoding": "identity"} | headers).items()),
        ]
        if " " in parts.path + parts.query or not all(line.isascii() and line.isprintable() for line in lines):
            raise ValueError("A URL or header holds characters that must not be in one.")
        tls = parts.scheme == "https"
        origin = Origin(parts.hostname, parts.port or (443 if tls else 80), tls)
        return cls(origin, "\r\n".join([*lines, ""]).encode() + LAST_HEADER)

    def saying(self, headers: bytes) -> Self:
        """The same with more headers, for what each request says anew, such as a signature. Each ends with CRLF."""
        return type(self)(self.origin, self.head.removesuffix(LAST_HEADER) + headers + LAST_HEADER)

    def request(self, body: bytes) -> bytes:
        return b"%b%d\r\n\r\n%b" % (self.head, len(body), body)


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    headers: dict[bytes, bytes]


class Arriving:
    """An answer whose head is there and whose body comes bit by bit."""

    def __init__(self, head: Head, connection: Connection) -> None:
        self.status, self.headers = head.status, head.headers
        self._connection = connection

    async def more(self, patience_s: float) -> bytes:
        """What came since; nothing at the end. Raises NotAnsweredError, TooLongError, LateError."""
        return await self._connection.more(patience_s)


class Wire:
    """Connections that are kept, for the whole process; bounded for each origin. Close them with `async with`."""

    def __init__(self, *, connections: int = CONNECTIONS) -> None:
        self._places = Places(connections)
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

    async def post(
        self,
        endpoint: Endpoint,
        body: bytes,
        *,
        limit: int,
        patience_s: float = PATIENCE_S,
        connect_s: float = CONNECT_PATIENCE_S,
        only_once: bool = False,
    ) -> Answer:
        """The whole answer, of at most `limit` bytes. Raises NotAnsweredError, TooLongError, LateError.

        `connect_s`: until there is a connection, the wait for a place included. `only_once`: it is never sent a second
        time, so it goes out on a new connection.
        """
        place, connect_s = await self._places.take(endpoint.origin, connect_s)
        try:
            head, connection = await self._asked(
                endpoint, body, limit, patience_s, connect_s, whole=True, fresh=only_once
            )
            said = connection.body()
            self._put_back(endpoint.origin, connection)
            return Answer(head.status, said, head.headers)
        finally:
            place.release()

    @asynccontextmanager
    async def stream(
        self,
        endpoint: Endpoint,
        body: bytes,
        *,
        patience_s: float = PATIENCE_S,
        connect_s: float = CONNECT_PATIENCE_S,
        limit: int = STREAM_LIMIT,
        only_once: bool = False,
    ) -> AsyncIterator[Arriving]:
        """The answer from its head on; leaving before its end closes the connection. Raises as `post`, and goes out
        `only_once` as that does."""
        place, connect_s = await self._places.take(endpoint.origin, connect_s)
        try:
            head, connection = await self._asked(
                endpoint, body, limit, patience_s, connect_s, whole=False, fresh=only_once
            )
            try:
                yield Arriving(head, connection)
            finally:
                connection.leave(partial(self._put_back, endpoint.origin, connection))
        finally:
            place.release()

    async def _asked(
        self,
        endpoint: Endpoint,
        body: bytes,
        limit: int,
        patience_s: float,
        connect_s: float,
        *,
        whole: bool,
        fresh: bool = False,
    ) -> tuple[Head, Connection]:
        """A kept connection may be closed by the other side as the request goes out. Where not one byte has come back,
        the request is sent once more on a new one.
        """
        request = endpoint.request(body)
        kept = None if fresh else self._kept(endpoint.origin)
        if kept is not None:
            try:
                return await kept.begin(request, limit=limit, patience_s=patience_s, whole=whole), kept
            except NotAnsweredError as error:
                if not error.unheard:
                    raise
        made = await self._connect(endpoint.origin, connect_s)
        return await made.begin(request, limit=limit, patience_s=patience_s, whole=whole), made

    async def close_idle(self) -> None:
        """Closes what nobody has used for a while, such as connections to a provider that is asked no more."""
        long_ago = time.monotonic() - IDLE_S
        for origin, idle in list(self._idle.items()):
            for connection in [one for one in idle if one.idle_since < long_ago or not one.reusable]:
                idle.remove(connection)
                connection.close()
            if not idle:
                del self._idle[origin]

    def _put_back(self, origin: Origin, connection: Connection) -> None:
        if connection.reusable:
            connection.idle_since = time.monotonic()
            self._idle[origin].append(connection)
        else:
            connection.close()

    def _kept(self, origin: Origin) -> Connection | None:
        """The one that was used last."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.reusable and time.monotonic() - connection.idle_since < IDLE_S:
                return connection
            connection.close()
        return None

    async def _connect(self, origin: Origin, patience_s: float) -> Connection:
        try:
            async with asyncio.timeout(patience_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._open.discard),
                    origin.address or origin.host,
                    origin.port,
                    ssl=self._tls() if origin.tls else None,
                    server_hostname=origin.host if origin.tls else None,
                )
        except TimeoutError as error:
            raise NotAnsweredError(f"no connection within {patience_s:.1f} s", unconnected=True) from error
        except OSError as error:  # a wrong certificate as well
            raise NotAnsweredError(type(error).__name__, unconnected=True) from error
        self._open.add(connection)
        return connection

    def _tls(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust
