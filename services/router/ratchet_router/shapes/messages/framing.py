"""One event, as it goes over the wire. Clients go by its name."""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def event(name: str, **fields: Any) -> bytes:
    return framed(name, _encode({"type": name, **fields}))


def framed(name: str, data: bytes) -> bytes:
    lines = data.replace(b"\n", b"\ndata: ") if b"\n" in data else data
    return b"event: %b\ndata: %b\n\n" % (name.encode(), lines)
