"""A kept answer in the way that it is asked for now: whole, or as a stream, whichever of them it was. Pure."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_providers.base import Native
from ratchet_router.memory import Entry
from ratchet_router.shapes.messages import again as messages
from ratchet_router.shapes.responses import again as responses
from ratchet_router.shapes.responses.own_fields import event_with, own_of

EVENTS_OF = {"messages": messages.events_of, "responses": responses.events_of}
BODY_OF = {"messages": messages.body_of, "responses": responses.body_of}


def as_asked(entry: Entry, *, stream: bool) -> Entry | None:
    """None where it holds something that can be given only as it came. One in the chat shape stays as it is."""
    if stream and entry.body is not None and entry.shape in EVENTS_OF:
        return _streamed(entry, entry.body)
    if not stream and entry.events is not None and entry.shape in BODY_OF:
        body = BODY_OF[entry.shape](entry.events)
        return None if body is None else replace(entry, body=body, events=None)
    return entry


def for_another(entry: Entry, native: Native | None, result_id: UUID) -> Entry:
    """The same for a request of its own. A response has a name of its own each time: conversations go on by it."""
    if native is None or entry.shape != "responses":
        return entry
    own = own_of(native.fields, result_id)
    if entry.events is not None:
        events = [(name, msgspec.Raw(event_with(own, bytes(data)))) for name, data in entry.events]
        return replace(entry, events=tuple(events))
    if entry.body is None:
        return entry
    return replace(entry, body={**entry.body, **{name: _raw(said) for name, said in own.items()}})


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _streamed(entry: Entry, body: Mapping[str, msgspec.Raw]) -> Entry | None:
    try:
        return replace(entry, events=tuple(EVENTS_OF[entry.shape](body)), body=None)
    except (msgspec.DecodeError, KeyError, TypeError):  # a field that is not what it should be
        return None
