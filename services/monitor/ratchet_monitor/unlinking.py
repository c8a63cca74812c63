"""A user asked to be forgotten. What is counted of him stays, and nothing in it leads to him any more. Pure.

No text is kept here, and no name: a digest of the user says which facts are one unit's or one speaker's. A made-up one
takes its place. Where a session was the unit, its digest stays: nothing here or elsewhere says any more whose it was.
"""

import hashlib
from typing import TypeVar

import msgspec

from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_common.forgotten import Person

E = TypeVar("E", PredictionMade, FeedbackJoined)


def made_up(person: Person, key: bytes) -> str:
    """In place of a person's digest: one for all of his facts. Without the key, which nobody keeps, it is nobody's."""
    return hashlib.blake2b(f"{person.tenant}\0{person.name}".encode(), digest_size=12, key=key).hexdigest()


def of_nobody(event: E) -> E:
    """For an event that comes after its user was forgotten: it counts, as if somebody else had been there once."""
    somebody = f"\0{event.result_id}"
    unit = somebody if event.unit == event.user else event.unit
    its = {"user_id": somebody} if isinstance(event, FeedbackJoined) else {"document": None}
    return msgspec.structs.replace(event, user=None, unit=unit, **its)
