"""Examples as they come in a file: a line each, in our own shape or as files for tuning have them."""

import codecs
from functools import partial
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import TaskType, UnknownTaskError, known_task
from ratchet_trainer.api.example_bodies import BroughtExample
from ratchet_trainer.collecting.imports import NO_TASK, Brought, Unreadable
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.formats.format import CR_WITHIN
from ratchet_trainer.formats.known import FORMATS

MOST_LINES: Final = 1_000  # in one request: each is scrubbed, which takes some milliseconds
CHAT: Final = FORMATS["chat"]


class TooManyLinesError(RefusedError):
    status = 413
    type = "too-many-lines"
    title = "The file has too many lines for one request"


def examples_in(body: bytes, tenant: str, task_type: str | None) -> list[Brought | Unreadable]:
    """By line what it brings, or why it brings nothing. `task_type`: of lines that name none. A mark of the byte order
    is read over.

    Raises TooManyLinesError.
    """
    lines = body.removeprefix(codecs.BOM_UTF8).split(b"\n")
    if lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > MOST_LINES:
        raise TooManyLinesError(f"There are {len(lines)} lines; one request takes {MOST_LINES}: send them in parts.")
    return [_one(line, tenant, task_type) for line in lines]


def brought(body: BroughtExample, tenant: str) -> Brought:
    """Raises UnknownTaskError."""
    return Brought(
        tenant=tenant,
        task_type=known_task(body.task_type).value,
        document=body.document_text,
        target=body.target if isinstance(body.target, str) else tuple(body.target),
        question=body.question,
        labels=tuple(body.labels),
        document_type=body.document_type.value if body.document_type else None,
        session=body.session_id,
        user=body.user_id,
        tags=tuple(body.tags),
    )


def _one(line: bytes, tenant: str, task_type: str | None) -> Brought | Unreadable:
    named = task_type or NO_TASK
    try:
        line.decode()
        said = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason, why = _no_object(line, error)
        return Unreadable(tenant=tenant, reason=reason, why=why, line=line, task_type=named)
    if "messages" in said:
        return _of_messages(line, said, tenant, task_type)
    return _of_fields(({"task_type": task_type} if task_type else {}) | said, line, tenant, named)


def _no_object(line: bytes, error: Exception) -> tuple[Reason, str]:
    if b"\0" in line:
        return Reason.WRONG_ENCODING, "it has NUL bytes, as files in UTF-16 have: save the file as UTF-8."
    if isinstance(error, UnicodeDecodeError):
        return Reason.WRONG_ENCODING, "it is not UTF-8."
    if not line.strip():
        return Reason.NO_JSON, "it is empty."
    if b"\r" in line.strip():
        return Reason.NO_JSON, f"{CR_WITHIN}."
    return Reason.NO_JSON, "it is no JSON object." if isinstance(error, msgspec.ValidationError) else "it is no JSON."


def _of_messages(line: bytes, said: dict[str, Any], tenant: str, task_type: str | None) -> Brought | Unreadable:
    """The turn of the user's is the document, the answer to it the target; what the system was told before is left out:
    a template says that here.
    """
    named = task_type or TaskType.CHAT.value
    wrong = partial(Unreadable, tenant=tenant, reason=Reason.WRONG_TURNS, line=line, task_type=named)
    fault = CHAT.fault(line)
    if fault is not None:
        return wrong(why=f"{fault}.")
    turns = [turn for turn in said["messages"] if turn["role"] != "system"]
    if len(turns) != 2:
        return wrong(why="it has several turns; an example here is one question and its answer.")
    fields = {"task_type": named, "document_text": turns[0]["content"], "target": turns[1]["content"]}
    return _of_fields(fields, line, tenant, named)


def _of_fields(fields: dict[str, Any], line: bytes, tenant: str, otherwise: str) -> Brought | Unreadable:
    try:
        return brought(BroughtExample.model_validate_json(msgspec.json.encode(fields), strict=False), tenant)
    except ValidationError as error:
        why = _told(error)
    except UnknownTaskError as error:
        why = error.detail
    task = fields.get("task_type")
    named = task if task in list(TaskType) else otherwise
    return Unreadable(tenant=tenant, reason=Reason.WRONG_FIELDS, why=why, line=line, task_type=str(named))


def _told(error: ValidationError) -> str:
    """Of the first thing that is wrong, without what stood there."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if where.startswith("target."):  # of all that it could be
        if first["type"] == "string_type":
            return "target: it must be a text, or a list of texts."
        where = "target"
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}."
