"""A request, whatever its wire format was."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec
from uuid_utils import uuid4

from ratchet_catalogue.catalogue import Capability
from ratchet_catalogue.provider_table import LimitsTable
from ratchet_common.limits import Limits
from ratchet_common.vocabulary import DocumentType, TaskType
from ratchet_providers.base import Native
from ratchet_providers.media import CHARACTERS_PER_TOKEN, NO_MEDIA, Media
from ratchet_providers.usage import characters_beside
from ratchet_router.complexity import complexity
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.sources import Grounding
from ratchet_router.priorities import EVEN, Priorities

# No tokenizer makes fewer of what is no mere repetition: of long words or deep indentation it has some 13 bytes each.
MOST_BYTES_PER_TOKEN: Final = 16
CacheUse = Literal["use", "refresh", "off"]


class Example(NamedTuple):
    """A request and its answer, for the model to go by."""

    input: str
    output: str
    question: str = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """`messages`: as they came, before any template; `media`: what of them is no text. `passed_on`: fields for the
    provider, as they came.

    `own_prompt`: the caller's messages go to the model as they are. `native`: the request as it came in another shape
    than chat. `limits`: the caller's own. `usage_asked`: he wants a stream's tokens counted. `choices`: how many.
    `max_age_s`: of a kept answer; `only_cached`: no model may be asked. `template`: that the caller named, with or
    without a version; `variables`: what goes into its places; `cot`: think aloud first; `note`: told beside it.

    `document_id`: the caller's own name of the document, by which its cost is known.

    `context`: the documents that it shall be answered from, where it does not bring its text itself; `grounding`: what
    was found there.
    """

    tenant: str
    key: str = ""  # the digest of the caller's token
    key_limits: Limits | None = None
    task_type: TaskType
    model: str
    messages: msgspec.Raw
    media: Media = NO_MEDIA
    document: str
    question: str = ""
    labels: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    template: str | None = None
    variables: Mapping[str, str] = msgspec.field(default_factory=dict)
    cot: bool = False
    note: str = ""
    documents: int = 1
    document_type: DocumentType | None = None
    document_id: str | None = None
    own_prompt: bool = False
    has_document: bool = False
    passed_on: Mapping[str, msgspec.Raw] = msgspec.field(default_factory=dict)
    capabilities: frozenset[Capability] = frozenset()
    priorities: Priorities = EVEN
    max_output_tokens: int | None = None
    max_cost_usd: Decimal | None = None
    deadline_s: float | None = None
    limits: LimitsTable | None = None
    native: Native | None = None
    stream: bool = False
    usage_asked: bool = False
    choices: int = 1
    cache: CacheUse = "use"
    max_age_s: int | None = None
    only_cached: bool = False
    collect: bool = True
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()
    context: Context | None = None
    grounding: Grounding | None = None
    batched_by: frozenset[str] = frozenset()  # of a batch: providers who are asked by their batch API
    draw: str = msgspec.field(
        default_factory=lambda: uuid4().hex
    )  # what a request alone is drawn by, without a session or user

    @property
    def input_tokens(self) -> int:
        return self._tokens(characters_beside(self.passed_on))

    def _tokens(self, beside: int = 0) -> int:
        """`beside`: characters that the model reads besides."""
        said = len(memoryview(self.messages)) - self.media.size + beside
        if self.examples or self.variables:
            said += sum(map(len, (*(text for one in self.examples for text in one), *self.variables.values())))
        return said // CHARACTERS_PER_TOKEN + self.media.tokens

    @property
    def least_input_tokens(self) -> int:
        """What it has for certain, however its provider counts: pictures and the like not at all."""
        return (len(memoryview(self.messages)) - self.media.size) // MOST_BYTES_PER_TOKEN

    @property
    def complexity(self) -> float:
        return complexity(
            tokens=self._tokens(),  # tools make no text harder
            task_type=self.task_type,
            document_type=self.document_type,
            text=self.document,
            documents=self.documents,
        )
