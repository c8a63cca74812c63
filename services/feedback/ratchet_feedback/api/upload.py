"""HTTP in: much feedback at once, as JSON Lines."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from ratchet_common.auth import MayGiveFeedback
from ratchet_common.errors import message_of
from ratchet_common.problems import documented
from ratchet_feedback.api.asking import Sessions, Store
from ratchet_feedback.bodies import Upload
from ratchet_feedback.lines import LONGEST_LINE, lines_of
from ratchet_feedback.said import Feedback
from ratchet_feedback.sessions import SessionWord
from ratchet_feedback.submission import FeedbackSubmission
from ratchet_feedback.upload import upload

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])


@routes.post("/import", responses=documented(413, 503))
async def upload_feedback(
    request: Request,
    caller: MayGiveFeedback,
    store: Store,
    sessions: Sessions,
    dry_run: Annotated[bool, Query(description="say what would be kept, and keep nothing")] = False,
) -> Upload:
    """Each line as the body of one submission. A line that is wrong is named with its reason, and the others are kept.

    Where the store goes away, a 503 says how many lines were kept, and which were refused so far. Broken off,
    it may be sent again: what stands there in the same words stays as it is.
    """
    found = await upload(lines_of(request.stream()), partial(_read, caller.tenant), store, sessions, dry_run=dry_run)
    return Upload.model_validate(found, from_attributes=True)


def _read(tenant: str, line: bytes | None) -> Feedback | SessionWord | str:
    """Never says what the line holds."""
    if line is None:
        return f"it is longer than {LONGEST_LINE} bytes"
    try:
        said = FeedbackSubmission.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        return f"{where}: {message_of(first)}" if where else message_of(first)
    return said.said(tenant)
