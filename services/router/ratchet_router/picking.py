"""Which template dresses a request? What it names, else what its experiment says, else what suits best. Pure."""

import re
from typing import Final

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.vocabulary import TaskType
from ratchet_router.shelf import NEAREST, Known, Shelf
from ratchet_router.template import Template

REFERENCE: Final = re.compile(r"(?P<id>[a-z][a-z0-9_]{0,79}?)(?:(?:@|_v)(?P<version>[1-9]\d{0,6}))?")


class UnknownTemplateError(NotFoundError):
    type = "unknown-template"
    title = "There is no such template"


class TemplateForOtherTaskError(RefusedError):
    type = "template-for-other-task"
    title = "The template is for another task"


def named(shelf: Shelf, reference: str, task: TaskType) -> Template:
    """By `id` (its live version), `id@2` or `id_v2`. Raises UnknownTemplateError, TemplateForOtherTaskError."""
    match = REFERENCE.fullmatch(reference)
    id_, version = (match["id"], match["version"]) if match else ("", None)
    wanted = int(version) if version else shelf.live.get(id_)
    found = shelf.get(id_, wanted) if wanted is not None else None
    if found is None:
        raise _unknown(shelf, id_)
    if found.template.task is not task:
        raise TemplateForOtherTaskError(
            f"The template {found.template.name} is for the task {found.template.task}, the request is for {task}: "
            f"name one of {', '.join(known.template.id for known in shelf.of_task(task)) or 'another task'}.",
            task=str(found.template.task),
        )
    return found.template


def suited(shelf: Shelf, task: TaskType, document_type: str | None, *, reasoning: bool) -> Template | None:
    """The one that suits the document's type best: the tenant's before the operator's before what ships, a default
    before the others. One that reasons goes first where that was asked for, and is left out elsewhere.
    """
    able = [known for known in shelf.of_task(task) if reasoning or not known.template.reasoning]
    thinking = [known for known in able if known.template.reasoning and known.template.suits(document_type)]
    if thinking:
        return min(thinking, key=_near).template
    fitting = [known for known in able if _is_meant_for(known.template, document_type)]
    defaults = [known for known in able if known.template.default]
    return min(fitting or defaults, key=_near).template if fitting or defaults else None


def _is_meant_for(template: Template, document_type: str | None) -> bool:
    """One that is no default is meant for the types that it names."""
    if document_type is None:
        return template.default
    return document_type in template.document_types or (template.default and template.suits(document_type))


def _near(known: Known) -> tuple[int, bool, str]:
    return NEAREST[known.origin], not known.template.default, known.template.id


def _unknown(shelf: Shelf, id_: str) -> UnknownTemplateError:
    if id_ in shelf.versions:
        listed = [str(version) for version in sorted(shelf.versions[id_])]
        return UnknownTemplateError(
            f"The template {id_} has no such version; it has {', '.join(listed)}"
            f"{'' if id_ in shelf.live else ', and none of them is live'}.",
            known=[f"{id_}@{version}" for version in listed],
        )
    known = sorted(shelf.versions)
    return UnknownTemplateError(f"There is no such template; known are {', '.join(known)}.", known=known)
