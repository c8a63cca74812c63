"""Examples as they come in a file: a line each, in our own shape or as files for tuning have them."""

from typing import Any, Final

import msgspec
from pydantic import ValidationError

from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import TaskType, UnknownTaskError, known_task
from ratchet_trainer.api.example_bodies import BroughtExample
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.imports import Brought

MOST_LINES: Final = 1_000  # in one request: each is scrubbed, which takes some milliseconds
CHAT: Final = FORMATS["chat"]


class TooManyLinesError(RefusedError):
    status = 413
    type = "too-many-lines"
    title = "The file has too many lines for one request"


def examples_in(body: bytes, tenant: str, task_type: str | None) -> list[Brought | str]:
    """By line what it brings, or why it brings nothing. `task_type`: of lines that name none.

    Raises TooManyLinesError.
    """
    lines = body.split(b"\n")
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


def _one(line: bytes, tenant: str, task_type: str | None) -> Brought | str:
    try:
        line.decode()
        said = msgspec.json.decode(line, type=dict[str, Any])
    except UnicodeDecodeError:
        return "it is not UTF-8."
    except msgspec.ValidationError:
        return "it is no JSON object."
    except (msgspec.DecodeError, RecursionError):
        return "it is no JSON."
    if "messages" in said:
        return _of_messages(line, said, tenant, task_type)
    return _of_fields(({"task_type": task_type} if task_type else {}) | said, tenant)


def _of_messages(line: bytes, said: dict[str, Any], tenant: str, task_type: str | None) -> Brought | str:
    """The last turn of the user's is the document, the answer to it the target; what the system was told is left out:
    a template says that here.
    """
    fault = CHAT.fault(line)
    if fault is not None:
        return f"{fault}."
    turns = [turn for turn in said["messages"] if turn["role"] != "system"]
    if len(turns) != 2:
        return "it has several turns; an example here is one question and its answer."
    return _of_fields(
        {"task_type": task_type or TaskType.CHAT, "document_text": turns[0]["content"], "target": turns[1]["content"]},
        tenant,
    )


def _of_fields(fields: dict[str, Any], tenant: str) -> Brought | str:
    try:
        return brought(BroughtExample.model_validate_json(msgspec.json.encode(fields), strict=False), tenant)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}."
    except UnknownTaskError as error:
        return error.detail
