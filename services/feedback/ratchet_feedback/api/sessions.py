"""HTTP in: what was said of whole sessions."""

from typing import Annotated

from fastapi import APIRouter, Query

from ratchet_common.auth import MayRead
from ratchet_feedback.api.asking import Sessions
from ratchet_feedback.bodies import OfSession
from ratchet_feedback.views import of_session

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])


@routes.get("/sessions")
async def get_session(
    caller: MayRead,
    sessions: Sessions,
    session_id: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")],
) -> OfSession:
    """What its users said of a whole session, and the answers at which it counts. Empty: nobody said a word."""
    found = await sessions.said_of(caller.tenant, session_id)
    return OfSession(session_id=session_id, items=[of_session(word, state) for word, state in found])
