"""One event, as it goes over the wire. Clients go by its name."""

from typing import Any

import msgspec

from ratchet_router.shapes.data_lines import data_lines

_encode = msgspec.json.Encoder().encode


def event(name: str, **fields: Any) -> bytes:
    return framed(name, _encode({"type": name, **fields}))


def framed(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data_lines(data))
