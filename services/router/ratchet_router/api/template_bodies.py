"""Templates as they come and go over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator
from pydantic_core import PydanticCustomError

from ratchet_common.vocabulary import DocumentType, known_task
from ratchet_router.api.given import GivenBody
from ratchet_router.declared_length import LARGEST, NAMED, UNDECLARED, Length
from ratchet_router.shelf import Known, Shelf
from ratchet_router.template import ID, LONGEST_PART, NAME, Template, Variable

EXAMPLE: dict[str, JsonValue] = {
    "id": "executive_summary_short",
    "task_type": "summary",
    "system": "You summarise for $audience. Use only what the text says.",
    "user": "$document\n\nSummarise it in one sentence.",
    "variables": {"document": {"required": True}, "audience": {"default": "the board"}},
    "document_types": ["email"],
    "length": {"sentences": {"most": 1}},
}

TemplateId = Annotated[str, Field(pattern=ID)]
VersionNumber = Annotated[int, Field(ge=1, le=1_000_000)]
End = Annotated[int, Field(ge=1, le=LARGEST)] | Annotated[str, Field(pattern=NAMED)]
Part = Annotated[str, Field(max_length=LONGEST_PART)]


class VariableBody(GivenBody):
    """One that is neither required nor has a default may be missing: paragraphs that name it are left out then."""

    required: bool = False
    default: str | None = Field(None, max_length=10_000)
    description: str = Field("", max_length=500)


class EndsBody(GivenBody):
    """Both count. A `$name` stands for the number that the variable says."""

    least: End | None = None
    most: End | None = None


class LengthBody(GivenBody):
    words: EndsBody | None = None
    sentences: EndsBody | None = None
    paragraphs: EndsBody | None = None
    characters: EndsBody | None = None

    @classmethod
    def of(cls, length: Length) -> Self | None:
        return cls(**msgspec.to_builtins(length)) if length != UNDECLARED else None


class NewTemplate(GivenBody):
    """The next version of a template: of one of one's own, or over one that ships."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: TemplateId
    task_type: str = Field(max_length=50)
    system: Part
    user: Part
    variables: dict[Annotated[str, Field(pattern=NAME)], VariableBody] = Field({}, max_length=50)
    description: str = Field("", max_length=500)
    default: bool = Field(False, description="taken for its task where no other suits better")
    reasoning: bool = Field(False, description="the model thinks aloud first")
    document_types: list[DocumentType] = Field([], max_length=20, description="that it suits; none: every one")
    output_schema: dict[str, JsonValue] | None = Field(None, description="JSON Schema of the answer")
    length: LengthBody | None = Field(None, description="of the answers: a little off warns, far off is a failed check")
    live: bool = Field(True, description="false: kept, and used by name alone until it is activated")

    @field_validator("output_schema")
    @classmethod
    def _not_too_long(cls, schema: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        if schema is not None and len(_as_text(schema)) > LONGEST_PART:
            raise PydanticCustomError("too_long", f"it has more than {LONGEST_PART} characters")
        return schema

    def draft(self) -> Template:
        """Its version is given when it is written. Raises UnknownTaskError."""
        return Template(
            id=self.id,
            version=1,
            task=known_task(self.task_type),
            system=self.system,
            user=self.user,
            description=self.description,
            default=self.default,
            reasoning=self.reasoning,
            document_types=tuple(dict.fromkeys(self.document_types)),
            variables={name: Variable(**its.model_dump()) for name, its in self.variables.items()},
            output_schema=_as_text(self.output_schema) if self.output_schema is not None else "",
            length=msgspec.convert(self.length.model_dump(), Length) if self.length is not None else UNDECLARED,
        )


class Activation(GivenBody):
    version: VersionNumber


class TemplateSummary(BaseModel):
    """`live`: the version that is used where a request names none; null: none is. The rest is said of that one."""

    id: str
    task_type: str
    live: int | None
    versions: list[int]
    origin: Literal["tenant", "operator", "shipped"]
    description: str
    default: bool
    reasoning: bool
    document_types: list[str]

    @classmethod
    def of(cls, shelf: Shelf, id_: str) -> Self:
        versions, live = shelf.versions[id_], shelf.live.get(id_)
        known = versions[live if live is not None else max(versions)]
        return cls(id=id_, live=live, versions=sorted(versions), origin=known.origin, **_head(known.template))


class TemplatePage(BaseModel):
    items: list[TemplateSummary]
    next: str | None


class VersionView(BaseModel):
    version: int
    name: str = Field(description="as answers and predictions name it")
    live: bool
    origin: Literal["tenant", "operator", "shipped"]
    created_at: datetime | None
    task_type: str
    description: str
    default: bool
    reasoning: bool
    document_types: list[str]
    variables: dict[str, VariableBody]
    output_schema: dict[str, JsonValue] | None
    length: LengthBody | None
    system: str
    user: str

    @classmethod
    def of(cls, known: Known, *, live: bool) -> Self:
        template = known.template
        return cls(
            version=template.version,
            name=template.name,
            live=live,
            origin=known.origin,
            created_at=known.created_at,
            variables={name: VariableBody(**msgspec.to_builtins(its)) for name, its in template.variables.items()},
            output_schema=msgspec.json.decode(template.output_schema) if template.output_schema else None,
            length=LengthBody.of(template.length),
            system=template.system,
            user=template.user,
            **_head(template),
        )


class TemplateView(BaseModel):
    """All versions, the newest first."""

    id: str
    live: int | None
    versions: list[VersionView]

    @classmethod
    def of(cls, shelf: Shelf, id_: str) -> Self:
        live = shelf.live.get(id_)
        versions = sorted(shelf.versions[id_].items(), reverse=True)
        return cls(id=id_, live=live, versions=[VersionView.of(known, live=n == live) for n, known in versions])


def _head(template: Template) -> dict[str, Any]:
    return {
        "task_type": str(template.task),
        "description": template.description,
        "default": template.default,
        "reasoning": template.reasoning,
        "document_types": [str(kind) for kind in template.document_types],
    }


def _as_text(schema: dict[str, JsonValue]) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()
