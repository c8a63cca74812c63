"""HTTP in: templates and their versions; a tenant's own stand beside those that ship."""

import base64
import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import RefusedError
from ratchet_common.problems import documented
from ratchet_common.vocabulary import TaskType, known_task
from ratchet_router.api.parts import TheParts
from ratchet_router.api.template_bodies import Activation, NewTemplate, TemplatePage, TemplateSummary, TemplateView
from ratchet_router.parts import Parts
from ratchet_router.picking import UnknownTemplateError
from ratchet_router.publishing import activate, publish
from ratchet_router.template import ID
from ratchet_router.template_store import MongoTemplateStore

routes = APIRouter(prefix="/api/templates", tags=["templates"])

TemplateId = Annotated[str, Path(pattern=ID)]
TaskName = Annotated[str | None, Query(max_length=100, description=f"one of {', '.join(TaskType)}")]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200, description="the `next` of the page before")]


class CursorError(RefusedError):
    type = "invalid-cursor"
    title = "The cursor is not one of ours"


@routes.get("", responses=documented(404))
async def list_templates(
    caller: MayRead, parts: TheParts, task_type: TaskName = None, limit: Limit = 50, cursor: Cursor = None
) -> TemplatePage:
    """What the tenant's requests may use, by id."""
    task = known_task(task_type) if task_type is not None else None
    shelf, after = parts.library.of(caller.tenant), _id_in(cursor)
    every = (TemplateSummary.of(shelf, id_) for id_ in sorted(shelf.versions) if id_ > after)
    found = [one for one in every if task is None or one.task_type == task][: limit + 1]
    return TemplatePage(items=found[:limit], next=_cursor(found[limit - 1].id) if len(found) > limit else None)


@routes.get("/{template_id}", responses=documented(404))
async def get_template(template_id: TemplateId, caller: MayRead, parts: TheParts) -> TemplateView:
    """All of its versions, for as long as predictions may name them: for ever."""
    return _view(parts, caller.tenant, template_id)


@routes.post(
    "",
    status_code=201,
    responses=documented(404, 409)
    | {200: {"model": TemplateView, "description": "The newest version said the same already"}},
)
async def create_template_version(
    body: NewTemplate, request: Request, response: Response, caller: MayOperate, parts: TheParts
) -> TemplateView:
    """Every replica uses it within 2 s, where it is live."""
    store = _store(request)
    published = await publish(
        body.draft(),
        tenant=caller.tenant,
        shelf=parts.library.of(caller.tenant),
        store=store,
        most=parts.settings.templates_of_tenant,
        live=body.live,
    )
    await parts.library.refresh(store)
    response.status_code = 201 if published.created else 200
    return _view(parts, caller.tenant, body.id)


@routes.post("/{template_id}/activate", responses=documented(404))
async def activate_template_version(
    template_id: TemplateId, body: Activation, request: Request, caller: MayOperate, parts: TheParts
) -> TemplateView:
    """From now on that version is used where a request names none; every replica does so within 2 s."""
    store = _store(request)
    await parts.library.refresh(store)
    shelf = parts.library.of(caller.tenant)
    await activate(template_id, body.version, tenant=caller.tenant, shelf=shelf, store=store)
    await parts.library.refresh(store)
    return _view(parts, caller.tenant, template_id)


def _store(request: Request) -> MongoTemplateStore:
    store: MongoTemplateStore = request.app.state.templates
    return store


def _view(parts: Parts, tenant: str, id_: str) -> TemplateView:
    shelf = parts.library.of(tenant)
    if id_ not in shelf.versions:
        raise UnknownTemplateError(f"There is no such template; known are {', '.join(sorted(shelf.versions))}.")
    return TemplateView.of(shelf, id_)


def _cursor(id_: str) -> str:
    return base64.urlsafe_b64encode(id_.encode()).decode()


def _id_in(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        found = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode()
    except ValueError:
        found = ""
    if not re.fullmatch(ID, found):
        message = "it must be the `next` of the page before"
        raise CursorError(f"cursor: {message}.", errors=[{"field": "cursor", "message": message}])
    return found
