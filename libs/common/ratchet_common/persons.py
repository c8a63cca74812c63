"""Users without their names: by a digest each service finds what is a user's, and nobody reads from it who that is.

Who can guess a name can check the guess: a digest is no longer personal only once nothing else stands beside it. Pure.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from ratchet_common.events import FeedbackJoined, PredictionMade, ShadowAnswered


def digest(tenant: str, name: str) -> str:
    """Tells users and units of a tenant apart without naming them; another tenant's of the same name has another."""
    said = name.encode(errors="surrogatepass")
    return hashlib.blake2b(said, digest_size=12, person=_person(tenant)).hexdigest()


def digest_of_some(tenant: str, name: str | None) -> str | None:
    return digest(tenant, name) if name else None


class Mention(NamedTuple):
    """Somebody whose an event is. An erasure that was asked for at `at` or later takes it."""

    tenant: str
    user: str
    at: datetime


def mentions(event: PredictionMade | FeedbackJoined | ShadowAnswered) -> list[Mention]:
    """Who had asked, and who said what the answer was worth."""
    if isinstance(event, PredictionMade | ShadowAnswered):
        return [Mention(event.tenant, event.user, event.occurred_at)] if event.user else []
    said = [Mention(event.tenant, event.user_id, event.said_at or event.occurred_at)]
    asked = [Mention(event.tenant, event.user, event.answered_at or event.occurred_at)] if event.user else []
    return said + asked


@lru_cache(maxsize=1024)
def _person(tenant: str) -> bytes:
    return hashlib.blake2b(tenant.encode(), digest_size=16).digest()
