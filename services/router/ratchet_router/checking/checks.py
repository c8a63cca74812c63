"""What is looked at in an answer: which check for which task, and whether it fails the answer or only warns. Pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from ratchet_common.events import Check
from ratchet_common.vocabulary import TaskType
from ratchet_router.checking.about import about
from ratchet_router.checking.citations import citations
from ratchet_router.checking.copied_prompt import copied_prompt
from ratchet_router.checking.form import (
    LONG_ENOUGH_TO_SHORTEN,
    complete,
    label_known,
    length,
    not_empty,
    shorter,
)
from ratchet_router.checking.invented import invented
from ratchet_router.checking.lengths import ANY_LENGTH
from ratchet_router.checking.numbers import numbers
from ratchet_router.checking.private_data import private_data
from ratchet_router.checking.refusal import refusal
from ratchet_router.checking.same_language import same_language
from ratchet_router.checking.schema import schema
from ratchet_router.checking.subject import Finding, Subject

CLASSIFICATION, SUMMARY, ITEMS, ENTITIES, RISKS, QA, REPORT, CHAT = (
    TaskType.CLASSIFICATION,
    TaskType.SUMMARY,
    TaskType.ACTION_ITEMS,
    TaskType.ENTITIES,
    TaskType.RISK_ASSESSMENT,
    TaskType.QA,
    TaskType.REPORT,
    TaskType.CHAT,
)
ALL = frozenset(TaskType)
OF_DOCUMENTS = ALL - {CHAT}
WRITTEN = OF_DOCUMENTS - {CLASSIFICATION}
CITED = frozenset({QA, RISKS, REPORT, SUMMARY})  # even without numbered passages
NONE: frozenset[str] = frozenset()


def always(_: Subject) -> bool:
    return True


def with_document(subject: Subject) -> bool:
    return bool(subject.document or subject.context) and not subject.too_long


def may_cite(subject: Subject) -> bool:
    if subject.context or subject.looked_up:
        return not subject.too_long
    return subject.task_type in CITED and with_document(subject)


def answered_from_passages(subject: Subject) -> bool:
    """Who picks cells and reckons with them, and says which, invents nothing."""
    return bool(subject.context) and not subject.picked and not subject.too_long


@dataclass(frozen=True, slots=True)
class Row:
    """`fails`, `warns`: for which tasks. `needs`: what a check is left out without."""

    name: str
    look: Callable[[Subject], Finding | None]
    fails: Collection[str]
    warns: Collection[str] = NONE
    needs: Callable[[Subject], bool] = always


TABLE: Final = (
    # No action item at all is an answer too.
    Row("not_empty", not_empty, ALL - {ITEMS}),
    # In a chat it is the caller who sets the limit.
    Row("complete", complete, OF_DOCUMENTS, {CHAT}, needs=lambda s: bool(s.finish_reason)),
    Row("label_known", label_known, {CLASSIFICATION}, needs=lambda s: bool(s.labels)),
    Row("schema", schema, ALL, needs=lambda s: bool(s.schema)),
    Row("shorter", shorter, {SUMMARY}, needs=lambda s: len(s.document) >= LONG_ENOUGH_TO_SHORTEN),
    Row("length", length, ALL, needs=lambda s: s.length != ANY_LENGTH),
    # Whether a chat may be refused is not for us to say.
    Row("refusal", refusal, OF_DOCUMENTS, {CHAT}),
    Row(
        "language",
        same_language,
        WRITTEN - {ENTITIES},
        {ENTITIES},
        needs=lambda s: bool(s.language) or with_document(s),
    ),
    Row("copied_prompt", copied_prompt, WRITTEN, {CHAT}, needs=lambda s: bool(s.instructions) and not s.too_long),
    Row("citations", citations, CITED - {SUMMARY}, {SUMMARY, CHAT, ITEMS, ENTITIES}, needs=may_cite),
    # These three work out figures and dates of their own.
    Row("numbers", numbers, {SUMMARY, ENTITIES}, {ITEMS, QA, RISKS, REPORT}, needs=with_document),
    Row("invented", invented, {QA}, needs=answered_from_passages),
    # An answer to a question is looked for elsewhere, and then not given; a report may have more to say.
    Row("about", about, {REPORT}, needs=lambda s: bool(s.context)),
    Row("private_data", private_data, WRITTEN, needs=with_document),
)
NAMES: Final = tuple(row.name for row in TABLE)
ANY: Final = frozenset(NAMES)
_passed: Final = {name: Check(name=name, passed=True) for name in NAMES}


_of_task: Final[dict[str, tuple[Row, ...]]] = {
    task: tuple(row for row in TABLE if task in row.fails or task in row.warns) for task in TaskType
}


def checked(subject: Subject, only: Collection[str] = ANY) -> tuple[Check, ...]:
    """Each check that applies, in the table's order. A warning is a check that passed and has a detail."""
    return tuple(
        [
            _check(row, subject)
            for row in _of_task[subject.task_type]
            if row.name in only and (row.needs is always or row.needs(subject))
        ]
    )


def _check(row: Row, subject: Subject) -> Check:
    found = row.look(subject)
    if found is None:
        return _passed[row.name]
    fails = found.serious and (subject.task_type in row.fails or found.in_any_task)
    return Check(name=row.name, passed=not fails, detail=found.detail)
