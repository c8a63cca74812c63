"""A test suite: requests, and what is held against the answers to them. Never changes once it is there. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from ratchet_common.errors import NotFoundError
from ratchet_common.vocabulary import DocumentType
from ratchet_scoring.scorers import LABEL_TASKS

MOST_CASES: Final = 500  # each is scrubbed while whoever brings it waits
LABEL_PASSES_AT, PASSES_AT = 1.0, 0.5

ScorerName = Literal[
    "task",
    "exact",
    "token_f1",
    "hybrid_exact",
    "hybrid_f1",
    "items_f1",
    "items_covered",
    "rouge_1",
    "rouge_2",
    "rouge_l",
    "numeric",
    "citations",
    "json",
    "label",
    "list",
    "words",
    "no_words",
    "most_words",
]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Text = Annotated[str, msgspec.Meta(max_length=200_000)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}\Z")]
CaseId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}\Z")]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class UnknownSuiteError(NotFoundError):
    type = "unknown-suite"
    title = "There is no such suite"

    def __init__(self, suite_id: str) -> None:
        super().__init__(f"There is no suite {suite_id}: GET /api/models/suites lists them.")


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scorer, and from which score on its case passes. The other fields are the scorer's: `tolerance` of numeric,
    `words` of words and no_words, `json_schema` of json, `most_words`.
    """

    scorer: ScorerName
    pass_at: Share = 1.0
    tolerance: Share = 0.005
    words: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    json_schema: dict[str, Any] = {}
    most_words: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Literal["system", "user", "assistant"]
    content: Text


class Rating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people said of some answer to the request. Pairs of them show how far a judge agrees with people."""

    output: Text
    score: Share


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`input`, over the passages of `context`; or `messages`. A passage is cited by its place from 1, or by its name.

    The checks say what it is worth, else the task's scorer against the reference. `rubric`: for a judge. `paraphrases`
    ask the same as `input`, or as the last message.
    """

    id: CaseId
    input: Text = ""
    messages: Annotated[tuple[Message, ...], msgspec.Meta(max_length=50)] = ()
    context: str | tuple[Text, ...] | dict[Tag, Text] = ""
    reference: Text | int | float | tuple[Line, ...] | None = None
    labels: Annotated[tuple[Line, ...], msgspec.Meta(max_length=200)] = ()
    rubric: Text = ""
    checks: Annotated[tuple[Check, ...], msgspec.Meta(max_length=20)] = ()
    tags: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=20)] = ()
    document_type: DocumentType | None = None
    weight: Annotated[float, msgspec.Meta(ge=0.001, le=1000)] = 1.0
    paraphrases: Annotated[tuple[Text, ...], msgspec.Meta(max_length=20)] = ()
    ratings: Annotated[tuple[Rating, ...], msgspec.Meta(max_length=20)] = ()

    @property
    def passages(self) -> Mapping[str, str]:
        """By what cites them."""
        if isinstance(self.context, str):
            return {"1": self.context} if self.context else {}
        if isinstance(self.context, dict):
            return self.context
        return {str(place): text for place, text in enumerate(self.context, 1)}

    @property
    def slices(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*((str(self.document_type),) if self.document_type else ()), *self.tags)))


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`pass_at`: of cases without checks; left out, 1 for labels and .5 for all else."""

    name: Name
    task_type: str
    cases: tuple[Case, ...]
    pass_at: Share | None = None

    @property
    def passes_at(self) -> float:
        return passes_at(self.task_type) if self.pass_at is None else self.pass_at


def passes_at(task_type: str) -> float:
    return LABEL_PASSES_AT if task_type in LABEL_TASKS else PASSES_AT
