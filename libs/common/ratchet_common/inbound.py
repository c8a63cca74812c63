"""A request on a hot path, read with as little ado as can be: what it says is there, mostly, when it is looked for."""

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope


def at_once(receive: Receive) -> Message | None:
    """What has come already; None where one would have to wait. One step of `receive` shows it.

    Nothing is lost of uvicorn's, which may be broken off; another server's might be.
    """
    waiting = receive()
    try:
        waiting.send(None)  # type: ignore[attr-defined]  # what ASGI servers give is a coroutine
    except StopIteration as there:
        message: Message = there.value
        return message
    finally:
        waiting.close()  # type: ignore[attr-defined]
    return None


class ByName(Headers):
    """Found in a dict; of a name that stands there more than once the first, as everywhere else."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._by_name: dict[bytes, bytes] = dict(reversed(self._list))

    def __getitem__(self, key: str) -> str:
        return self._by_name[key.lower().encode("latin-1")].decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower().encode("latin-1") in self._by_name

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]  # no name without a value
        found = self._by_name.get(key.lower().encode("latin-1"))
        return default if found is None else found.decode("latin-1")


class Inbound(Request):
    @property
    def headers(self) -> Headers:
        if not hasattr(self, "_headers"):
            self._headers: Headers = ByName(self.scope)
        return self._headers

    async def body(self) -> bytes:
        """Raises ClientDisconnect."""
        if not hasattr(self, "_body"):
            parts: list[bytes] = []
            more = True
            while more:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._body = parts[0] if len(parts) == 1 else b"".join(parts)
        return self._body
