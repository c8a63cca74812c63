"""A suite's file: decoded strictly, and what is wrong with it is told by case. Pure."""

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from ratchet_common import json_bodies
from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import TaskType
from ratchet_trainer.suites.faults import faults_of
from ratchet_trainer.suites.suite import MOST_CASES, Case, Suite

SHOWN_FAULTS: Final = 20


class WrongSuiteError(RefusedError):
    type = "wrong-suite"
    title = "The suite cannot be used"

    def __init__(self, faults: list[str]) -> None:
        more = f" There are {len(faults) - SHOWN_FAULTS} more faults." if len(faults) > SHOWN_FAULTS else ""
        super().__init__(" ".join(faults[:SHOWN_FAULTS]) + more, faults=faults[:SHOWN_FAULTS])


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    task_type: str
    cases: list[msgspec.Raw]
    pass_at: float | None = None


def suite_of(body: bytes) -> Suite:
    """Raises WrongSuiteError, whose sentences name each case that is wrong, and quote no text of it."""
    try:
        file = json_bodies.read_json(body, lambda text: msgspec.json.decode(text, type=_File))
    except json_bodies.NotJsonError as error:
        raise WrongSuiteError([f"The suite: {error}."]) from None
    except msgspec.ValidationError as error:
        raise WrongSuiteError([f"The suite: {_plain(error)}."]) from None
    cases, faults = _cases(file.cases, file.task_type)
    faults = [*_of_the_whole(file), *faults, *_twice(cases)]
    if faults:
        raise WrongSuiteError(faults)
    whole = {"name": file.name, "task_type": file.task_type, "pass_at": file.pass_at, "cases": ()}
    try:
        suite = msgspec.convert(whole, Suite)
    except msgspec.ValidationError as error:
        raise WrongSuiteError([f"The suite: {_plain(error)}."]) from None
    return msgspec.structs.replace(suite, cases=tuple(cases))


def encoded(suite: Suite) -> bytes:
    """The same suite gives the same bytes."""
    return msgspec.json.encode(suite, order="deterministic")


def suite_id_of(suite: Suite) -> str:
    """Its name and its content's."""
    return f"{suite.name}-{hashlib.sha256(encoded(suite)).hexdigest()[:12]}"


def digest_of(case: Case) -> str:
    """The same request, judged in the same way, has the same in whatever suite it stands."""
    judged = msgspec.structs.replace(case, id="-", tags=(), weight=1.0, ratings=())
    return hashlib.sha256(msgspec.json.encode(judged, order="deterministic")).hexdigest()[:16]


def _cases(raw: list[msgspec.Raw], task_type: str) -> tuple[list[Case], list[str]]:
    cases, faults = [], []
    for place, one in enumerate(raw[:MOST_CASES], 1):
        try:
            case = msgspec.json.decode(one, type=Case)
        except msgspec.ValidationError as error:
            faults.append(f"Case {place}: {_plain(error)}.")
            continue
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            faults.append(f"Case {place}: {json_bodies.NO_JSON}.")
            continue
        cases.append(case)
        faults += [f"Case {place} ({case.id}): {fault}." for fault in faults_of(case, task_type)]
    return cases, faults


def _of_the_whole(file: _File) -> Iterator[str]:
    if file.task_type not in list(TaskType):
        yield f"The suite's task_type is none of {', '.join(TaskType)}."
    if not file.cases:
        yield "The suite has no case: write at least one."
    if len(file.cases) > MOST_CASES:
        yield f"The suite has {len(file.cases)} cases, and may have {MOST_CASES}: make several of it."


def _twice(cases: list[Case]) -> Iterator[str]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            yield f"Two cases have the id {case.id}: a case is known by its id."
        seen.add(case.id)


def _plain(error: msgspec.ValidationError) -> str:
    """Without the value: it may be private."""
    said = str(error)
    if said.startswith("Invalid enum value"):
        said = "a value is none of those that are known" + said[said.rindex("'") + 1 :]
    return said.replace("`", "").replace(" - at $.", " in ").replace(" - at $", "")
