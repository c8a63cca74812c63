"""HTTP in: documents that answers are to be found in."""

import hashlib
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from ratchet_common.auth import Caller, MayGenerate
from ratchet_common.persons import digest_of_some
from ratchet_common.problems import documented
from ratchet_router.api.batches import IdempotencyKey
from ratchet_router.api.document_form import FILE, DocumentForm, WrongFormError
from ratchet_router.api.document_views import (
    ID,
    DocumentFields,
    DocumentPage,
    DocumentView,
    UploadedView,
    fields_of,
    uploaded_view,
    view,
)
from ratchet_router.documents.document import name_of
from ratchet_router.documents.files import Draft
from ratchet_router.documents.keeping import Documents
from ratchet_router.documents.registering import Upload
from ratchet_router.idempotency import once_of

routes = APIRouter(prefix="/api/documents", tags=["documents"])
DocumentId = Annotated[str, Path(pattern=ID)]
Shown: TypeAlias = Literal["received", "parsing", "indexing", "ready", "refused", "failed", "deleting"]
FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILE],
                    "properties": {FILE: {"type": "string", "format": "binary"}}
                    | DocumentFields.model_json_schema(ref_template="#/components/schemas/{model}")["properties"],
                }
            }
        },
    }
}


@routes.post(
    "",
    status_code=201,
    response_model=UploadedView,
    responses={**documented(404, 408, 409, 429), 200: {"model": UploadedView, "description": "It is there already."}},
    openapi_extra=FORM,
)
async def add_document(
    request: Request, response: Response, caller: MayGenerate, idempotency_key: IdempotencyKey = None
) -> Any:
    """It is read by a worker: `GET` says how far that is. The same content is the same document; another content under
    the name of a document, or under its id, is a new revision, and until that can be searched the older one is.
    """
    its, form = _its(request), DocumentForm(request)
    async with its.files.draft(form.content()) as draft:
        taken = await its.take(draft, _upload(form, draft, caller, idempotency_key))
    response.status_code = 200 if taken.outcome == "same_document" else 201
    return uploaded_view(taken.document, taken.outcome)


@routes.get("", response_model=DocumentPage)
async def list_documents(
    request: Request,
    caller: MayGenerate,
    state: Shown | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(pattern=ID, description="the `next` of the page before")] = None,
) -> Any:
    """Newest first."""
    found = await _its(request).listed(caller.tenant, state=state, after=cursor or "", limit=limit + 1)
    return {"items": [view(one) for one in found[:limit]], "next": found[limit - 1].id if len(found) > limit else None}


@routes.get("/{document_id}", response_model=DocumentView, responses=documented(404))
async def get_document(document_id: DocumentId, request: Request, caller: MayGenerate) -> Any:
    return view(await _its(request).get(caller.tenant, document_id))


@routes.get(
    "/{document_id}/content",
    response_class=Response,
    responses={**documented(404), 200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def document_content(document_id: DocumentId, request: Request, caller: MayGenerate) -> Response:
    """The file as it came: of the revision that can be searched, else of the newest."""
    name, content = await _its(request).content(caller.tenant, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


@routes.post(
    "/{document_id}/reindex", status_code=202, response_model=DocumentView, responses=documented(404, 409, 429)
)
async def reindex_document(document_id: DocumentId, request: Request, caller: MayGenerate) -> Any:
    """It is read and put into the index anew, as its next revision: after the index or the embedding model changed."""
    return view(await _its(request).reindex(caller.tenant, document_id))


@routes.delete("/{document_id}", status_code=202, response_model=DocumentView, responses=documented(404))
async def delete_document(document_id: DocumentId, request: Request, caller: MayGenerate) -> Any:
    """Its file, its passages and what was made of them go; once they are gone there is no such document."""
    return view(await _its(request).delete(caller.tenant, document_id))


def _upload(form: DocumentForm, draft: Draft, caller: Caller, key: str | None) -> Upload:
    """Raises WrongFormError, IdempotencyError."""
    name = name_of(form.filename)
    if not name:
        raise WrongFormError(FILE, "it has no name: send its filename along")
    said = fields_of(form.fields)
    told = msgspec.json.encode([draft.sha256, name, said.model_dump(mode="json")])
    once = once_of(key, caller.tenant, "/api/documents", told) if key is not None else None
    return Upload(
        tenant=caller.tenant,
        name=name,
        sha256=draft.sha256,
        size=draft.size,
        given=said.given,
        document=said.document_id,
        user=digest_of_some(caller.tenant, said.user_id) or "",
        key=hashlib.sha256(once.key).hexdigest() if once else "",
        fingerprint=once.fingerprint.hex() if once else "",
    )


def _its(request: Request) -> Documents:
    its: Documents = request.app.state.documents
    return its
