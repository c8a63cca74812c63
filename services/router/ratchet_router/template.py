"""A prompt as data: what it is for, what it needs, what it says. What is wrong with one is said in a sentence. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

import jsonschema_rs
import msgspec
from msgspec import Meta

from ratchet_common.vocabulary import DocumentType, TaskType
from ratchet_router.declared_length import UNDECLARED, Length, faults_of
from ratchet_router.wording import WordingError, names, names_of, paragraphs

DOCUMENT: Final = "document"
FROM_REQUEST: Final = frozenset({DOCUMENT, "question", "labels"})  # the request has fields of its own for them
LONGEST_PART = 20_000  # characters
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION_AT_END = re.compile(r"_v\d+$")

ID: Final = r"^[a-z][a-z0-9_]{0,79}$"
NAME: Final = r"^[a-z][a-z0-9_]{0,39}$"

Id = Annotated[str, Meta(pattern=ID)]
Name = Annotated[str, Meta(pattern=NAME)]
Words = Annotated[str, Meta(max_length=LONGEST_PART)]
Short = Annotated[str, Meta(max_length=500)]


class Variable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that is neither required nor has a default may be missing: paragraphs that name it are left out then."""

    required: bool = False
    default: Annotated[str, Meta(max_length=10_000)] | None = None
    description: Short = ""


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`default`: taken for its task where no other suits better. `document_types`: those it suits; none: every one.

    `reasoning`: the model thinks aloud first; taken only where somebody asks for that. `output_schema`: as JSON.
    `length`: what answers are checked by; the words have to ask for it too.
    """

    id: Id
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    task: TaskType
    system: Words
    user: Words
    description: Short = ""
    default: bool = False
    reasoning: bool = False
    document_types: tuple[DocumentType, ...] = ()
    variables: Annotated[dict[Name, Variable], Meta(max_length=50)] = {}
    output_schema: Words = ""
    length: Length = UNDECLARED

    @property
    def name(self) -> str:
        """As predictions name it."""
        return f"{self.id}_v{self.version}"

    def suits(self, document_type: str | None) -> bool:
        return not self.document_types or document_type in self.document_types


def as_kept(template: Template) -> dict[str, Any]:
    """Without a length where it declares none: as it was before templates had one, so that its digest is the same and
    releases of then can read it.
    """
    said: dict[str, Any] = msgspec.to_builtins(template, order="deterministic")
    if template.length == UNDECLARED:
        del said["length"]
    return said


@dataclass(frozen=True, slots=True)
class Fault:
    """`quote`: text that stands where the fault is."""

    field: str
    why: str
    quote: str = ""


def faults(template: Template) -> list[Fault]:
    """Empty: nothing is wrong."""
    found = [*_of_the_head(template), *_of_the_schema(template.output_schema)]
    parts = {"system": template.system, "user": template.user}
    of_parts = [fault for field, text in parts.items() for fault in _of_a_part(field, text, template)]
    return found + of_parts + ([] if of_parts else list(_of_both_parts(template)))


def _of_the_head(template: Template) -> Iterator[Fault]:
    if VERSION_AT_END.search(template.id):
        yield Fault("id", "ends like a version: the version has a field of its own", template.id)
    for name, variable in template.variables.items():
        if variable.required and variable.default is not None:
            yield Fault(f"variables.{name}", "is required and has a default: it can be one of the two", name)
    for unit, why in faults_of(template.length, template.variables):
        yield Fault(f"length.{unit}", why, "length")


def _of_the_schema(text: str) -> Iterator[Fault]:
    if not text:
        return
    try:
        schema = msgspec.json.decode(text, type=dict[str, Any])
        jsonschema_rs.meta.validate(schema | {"$schema": DRAFT})
    except (msgspec.DecodeError, RecursionError):
        yield Fault("output_schema", "is no JSON object, or nested too deeply", "output_schema")
    except jsonschema_rs.ValidationError as error:
        yield Fault("output_schema", f"is no JSON Schema: {error.message}", "output_schema")
    else:
        if "type" not in schema:
            yield Fault("output_schema", "does not say of what `type` an answer is", "output_schema")


def _of_a_part(field: str, text: str, template: Template) -> Iterator[Fault]:
    if not text.strip():
        yield Fault(field, "is empty: a template has a system part and a user part", field)
        return
    try:
        named = names(text)
    except WordingError as error:
        yield Fault(field, error.why, error.quote)
        return
    for name in sorted(named - template.variables.keys()):
        yield Fault(field, f"names ${name}, which `variables` does not declare", f"${name}")


def _of_both_parts(template: Template) -> Iterator[Fault]:
    in_system, in_user = names(template.system), names(template.user)
    for name in template.variables:
        if name not in in_system | in_user:
            yield Fault(f"variables.{name}", "is declared, and neither part names it", name)
    if DOCUMENT in in_system:
        yield Fault("system", "names $document: what people wrote belongs into the user part", "$document")
    if DOCUMENT not in in_user:
        yield Fault("user", "does not name $document, so the model would not see the text", "user")
    beside = {name for part in paragraphs(template.user) if DOCUMENT in names_of(part) for name in names_of(part)}
    for name in sorted(beside - {DOCUMENT}):
        variable = template.variables[name]
        if not variable.required and variable.default is None:
            yield Fault(
                "user", f"names ${name} in the paragraph of $document, which goes where it is missing", f"${name}"
            )
