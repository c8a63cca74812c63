"""What in a response of a provider's own is not its provider's to say, but the request's that it is given to. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from ratchet_router.shapes.responses.ids import response_id

Own = Mapping[str, Any]
ECHOED: Final[Own] = {  # where a request says nothing of it
    "metadata": {},
    "user": None,
    "safety_identifier": None,
    "prompt_cache_key": None,
    "store": True,
}
NOTHING: Final = msgspec.Raw(b"null")
HOLDS_ONE: Final = b'"response"'
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def own_of(asked: Mapping[str, msgspec.Raw], result_id: UUID) -> Own:
    """Of a kept answer: the fields of the request that do not tell it from the one that it was made for."""
    return {"id": response_id(result_id)} | {name: asked.get(name, said) for name, said in ECHOED.items()}


def goes_on_from(previous: str | None) -> Own:
    """Its provider knows nothing of that: it was given the conversation as a whole."""
    return {} if previous is None else {"previous_response_id": previous}


def event_with(own: Own, data: bytes) -> bytes:
    """`data`: of any event of a stream. Raises msgspec.DecodeError for what is none."""
    if not own or HOLDS_ONE not in data:
        return data
    event = _fields.decode(data)
    response = event.get("response", NOTHING)
    if not bytes(response).startswith(b"{"):
        return data
    return _encode({**event, "response": {**_fields.decode(response), **own}})
