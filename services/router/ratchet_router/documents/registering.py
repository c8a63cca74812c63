"""Which document an upload belongs to: one that is there, a new revision of one, or a new one. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from ratchet_common.errors import NotFoundError, RefusedError, UnavailableError
from ratchet_router.documents.document import DocumentRecord, Given

NOTHING_GIVEN: Final = Given()
Outcome = Literal["new_document", "new_revision", "same_document"]


class NoDocumentError(NotFoundError):
    title = "There is no such document"


class ContentElsewhereError(RefusedError):
    status = 409
    type = "content-elsewhere"
    title = "Another document has this content"


class NameTakenError(RefusedError):
    status = 409
    type = "name-taken"
    title = "Another document has this name"


class OtherUserError(RefusedError):
    status = 409
    type = "other-user"
    title = "The document is another user's"


class NotReadyError(RefusedError):
    status = 409
    type = "not-ready"
    title = "The document cannot be read anew now"


class TooManyWaitingError(UnavailableError):
    status = 429
    type = "too-many-waiting"
    title = "Too many documents wait to be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`document`: the id that it shall be a revision of, else empty. `user`: a digest; empty: not said."""

    tenant: str
    name: str
    sha256: str
    size: int
    given: Given = NOTHING_GIVEN
    document: str = ""
    user: str = ""
    key: str = ""  # of its Idempotency-Key, hexadecimal
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Belongs:
    """`to`: the document that is there; None: a new one."""

    outcome: Outcome
    to: DocumentRecord | None = None


def belongs(
    upload: Upload, *, asked: DocumentRecord | None, by_content: DocumentRecord | None, by_name: DocumentRecord | None
) -> Belongs:
    """`asked`: the document of `upload.document`; `by_content`, `by_name`: of the same tenant and user.

    Raises NoDocumentError, ContentElsewhereError, NameTakenError, OtherUserError.
    """
    if upload.document:
        if asked is None:
            raise NoDocumentError("There is no such document.")
        _refuse_elsewhere(upload, asked, by_content, by_name)
        return _same_or_revision(upload, asked)
    # What came between the two looks is found by its name alone, and may be of the same content.
    known = by_content or by_name
    return _same_or_revision(upload, known) if known is not None else Belongs("new_document")


def _refuse_elsewhere(
    upload: Upload, asked: DocumentRecord, by_content: DocumentRecord | None, by_name: DocumentRecord | None
) -> None:
    if upload.user and upload.user != asked.user:
        raise OtherUserError("user_id: the document was sent in with another one, or with none: leave it out.")
    if by_content is not None and by_content.id != asked.id:
        raise ContentElsewhereError(
            f"The document {by_content.id} has the same content: delete it first, or leave document_id out.",
            document_id=by_content.id,
        )
    if by_name is not None and by_name.id != asked.id:
        raise NameTakenError(
            f"The document {by_name.id} has the same name: give the file another one.", document_id=by_name.id
        )


def _same_or_revision(upload: Upload, known: DocumentRecord) -> Belongs:
    """What failed is tried anew when it is sent again; what was refused would be refused again."""
    says_otherwise = upload.given not in (NOTHING_GIVEN, known.given)
    same = known.sha256 == upload.sha256 and not says_otherwise and known.state != "failed"
    return Belongs("same_document" if same else "new_revision", known)
