"""HTTP in: links that need no token, and what comes by them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ratchet_common.auth import MayGiveFeedback
from ratchet_common.errors import RefusedError, message_of
from ratchet_common.problems import documented, phrase
from ratchet_feedback import link_page
from ratchet_feedback.api.asking import Settings, Store
from ratchet_feedback.bodies import Submitted
from ratchet_feedback.links import Link, ends_at, opened, signed
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.submission import Word
from ratchet_feedback.submit import submit
from ratchet_feedback.views import submitted

PREFIX: Final = "/api/models/feedback"
routes = APIRouter(prefix=PREFIX, tags=["feedback"])

SCRIPT: Final = Path(__file__).parent.with_name("widget.js").read_bytes()
MOST_FIELDS: Final = 100
IN_PARTS: Final = "multipart/form-data"  # of a form whose enctype says so; files need it, and nothing here is one
FORMS: Final = ("application/x-www-form-urlencoded", IN_PARTS)
SEVERAL: Final = frozenset({"specific_issues"})
FROM_ANYWHERE: Final = {"Access-Control-Allow-Origin": "*"}  # the link is the permission: no cookie goes with it
PREFLIGHT: Final = FROM_ANYWHERE | {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}
UNSEEN: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class FormError(RefusedError):
    status = 422
    type = "invalid-feedback"
    title = "This cannot be kept"


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The first one signs, any of them is good."""

    keys: Sequence[bytes]


def _keys(request: Request) -> LinkKeys:
    keys: LinkKeys = request.app.state.link_keys
    return keys


Keys = Annotated[LinkKeys, Depends(_keys)]


def _as_page(status: int) -> dict[str, Any]:
    return {"description": phrase(status), "content": {"text/html": {}}}


def _as_both(status: int) -> dict[str, Any]:
    """A form is answered with a page, JSON with a problem."""
    problem = documented(status)[status]
    return problem | {"content": problem["content"] | _as_page(status)["content"]}


OPENED: Final[dict[int | str, dict[str, Any]]] = {s: _as_page(s) for s in (403, 410)}
TAKEN: Final[dict[int | str, dict[str, Any]]] = {200: _as_page(200), **{s: _as_both(s) for s in (403, 410, 422, 503)}}


class LinkRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    result_id: UUID
    user_id: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="whose word it is; it can be read in the link. Without one each link is somebody of its own",
    )
    valid_hours: float | None = Field(None, gt=0, le=24 * 366, allow_inf_nan=False)


class MadeLink(BaseModel):
    """`by_rating`: the same link, and opening it says so at once."""

    url: str
    by_rating: dict[Rating, str]
    expires_at: datetime


@routes.post("/links", status_code=201)
async def make_link(
    body: LinkRequest, request: Request, caller: MayGiveFeedback, keys: Keys, settings: Settings, store: Store
) -> MadeLink:
    """For a mail or a page: who opens it says what this one answer was worth, and needs no token. It is good for no
    longer than the answer is kept, after which nothing that is said of it counts.
    """
    hours = body.valid_hours if body.valid_hours is not None else settings.link_days * 24
    now = datetime.now(UTC).replace(microsecond=0)
    key = (caller.tenant, body.result_id)
    answer = (await store.answers({key})).get(key)
    expires_at = ends_at(now, timedelta(hours=hours), answer.answered_at if answer else None, settings.answers_known)
    user = body.user_id or f"link-{secrets.token_urlsafe(9)}"
    token = signed(Link(caller.tenant, body.result_id, user, expires_at), keys.keys[0])
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    url = f"{base}{PREFIX}/said/{token}"
    return MadeLink(url=url, by_rating={one: f"{url}?rating={one}" for one in Rating}, expires_at=expires_at)


@routes.get("/widget.js", response_class=Response, responses={200: {"content": {"text/javascript": {}}}})
async def give_script() -> Response:
    """A few buttons for a page: what a link takes, by one script tag."""
    return Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=3600"})


@routes.head("/said/{token}", include_in_schema=False)  # so do machines that look into mails: it says nothing
@routes.get("/said/{token}", response_class=HTMLResponse, responses=OPENED)
async def open_link(token: str, keys: Keys, rating: Annotated[str, Query(examples=[*Rating])] = "") -> HTMLResponse:
    """A page to say it on. With a rating it is sent at once by the page itself: opening the link alone says nothing.
    One that there is not is asked for: a person reads this, who did not write the link.
    """
    nonce = secrets.token_urlsafe(12)
    try:
        opened(token, keys.keys, datetime.now(UTC))
    except RefusedError as error:
        return _shown(link_page.sorry(error.detail, nonce), nonce, error.status)
    return _shown(link_page.asks(Rating(rating) if rating in set(Rating) else None, nonce), nonce)


@routes.options("/said/{token}", include_in_schema=False)
async def allow_link() -> Response:
    return Response(status_code=204, headers=PREFLIGHT)


@routes.post(
    "/said/{token}",
    status_code=202,
    response_model=Submitted,
    responses=TAKEN,
)
async def say_by_link(token: str, request: Request, keys: Keys, store: Store) -> Response:
    """As JSON what a submission takes, without result and user; or a form's fields, and the answer is a page."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = kind in FORMS
    body, nonce = await request.body(), secrets.token_urlsafe(12)
    try:
        link = opened(token, keys.keys, datetime.now(UTC))
        if kind == IN_PARTS:
            raise FormError(f"The form came as {IN_PARTS}: leave its enctype out, and it is sent as {FORMS[0]}.")
        word = _of_form(body) if form else _read(body)
        said = await _keep(word, link, store)
    except RefusedError as error:
        if form:
            return _shown(link_page.sorry(error.detail, nonce), nonce, error.status)
        error.headers = {**error.headers, **FROM_ANYWHERE}
        raise
    if form:
        return _shown(link_page.thanks(word.rating, nonce), nonce)
    return JSONResponse(said.model_dump(mode="json"), 202, headers=FROM_ANYWHERE)


async def _keep(word: Word, link: Link, store: MongoFeedbackStore) -> Submitted:
    receipt = await submit(word.feedback(link.tenant, link.result_id, link.user_id), store)
    return submitted(receipt)


def _read(body: bytes) -> Word:
    """Raises FormError, which does not repeat what was written."""
    try:
        return Word.model_validate_json(body)
    except ValidationError as error:
        raise _refused(error) from None


def _of_form(body: bytes) -> Word:
    """What was left empty was not said. Raises FormError."""
    try:
        fields = parse_qs(body.decode(), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise FormError(f"The form is not in UTF-8, or has more than {MOST_FIELDS} fields.") from None
    said: dict[str, Any] = {name: its if name in SEVERAL else its[-1] for name, its in fields.items()}
    try:
        return Word.model_validate(said)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> FormError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part in Word.model_fields)
    why = message_of(first)
    return FormError(f"{where}: {why}." if where else f"{why}.")


def _shown(page: str, nonce: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, headers=UNSEEN | {"Content-Security-Policy": link_page.policy(nonce)})
