"""How a provider is reached, as the catalogue says it: one table a provider, by its kind."""

from typing import Annotated, Any, Literal

import msgspec

from ratchet_providers.base import TimeLimits
from ratchet_providers.local_embeddings.folder import Pooling

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:_-]*$")]
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=3_600_000)]


class LimitsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out is as the settings say."""

    connect_ms: Milliseconds | None = None
    first_token_ms: Milliseconds | None = None
    gap_ms: Milliseconds | None = None
    answer_ms: Milliseconds | None = None

    def over(self, others: TimeLimits) -> TimeLimits:
        return TimeLimits(
            connect_s=_seconds(self.connect_ms, others.connect_s),
            first_s=_seconds(self.first_token_ms, others.first_s),
            gap_s=_seconds(self.gap_ms, others.gap_s),
            total_s=_seconds(self.answer_ms, others.total_s),
        )


def _seconds(given: int | None, otherwise: float) -> float:
    return otherwise if given is None else given / 1000


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`key` is a reference: env:NAME or file:PATH. `at_once`: calls at the same time, 0 for no cap; `waiting` more may
    wait for their turn.
    """

    key: str = ""
    base_url: str = ""
    at_once: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    waiting: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 256
    limits: LimitsTable = LimitsTable()


class OpenAIShapedTable(Table, frozen=True, kw_only=True, tag="openai_shaped"):
    """Fields as `ratchet_providers.openai_shaped.Dialect` has them. `responses`: it speaks /responses as well.

    `batches`: it takes files and batches of requests as OpenAI does, at its price for them.
    """

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"
    key_header: Literal["Authorization", "api-key"] = "Authorization"
    path: Annotated[str, msgspec.Meta(pattern=r"^/")] = "/chat/completions"
    query: Annotated[str, msgspec.Meta(pattern=r"^(\?[!-~]*)?$")] = ""
    usage_in_streams: bool = True
    continues: Literal["", "prefix", "continue_final_message"] = ""
    extra_content: bool = False
    responses: bool = False
    batches: bool = False


class AnthropicTable(Table, frozen=True, kw_only=True, tag="anthropic"):
    """Anthropic, and whatever speaks its messages. `most_tokens`: of an answer whose caller names no limit.

    `batches`: it takes batches of messages as Anthropic does, at its price for them.
    """

    base_url: str = "https://api.anthropic.com"
    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "2023-06-01"
    betas: tuple[Name, ...] = ()
    most_tokens: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 4_096
    batches: bool = False


class GeminiTable(Table, frozen=True, kw_only=True, tag="gemini"):
    """Google's Developer API."""

    base_url: str = "https://generativelanguage.googleapis.com/v1beta"


class VertexTable(Table, frozen=True, kw_only=True, tag="vertex"):
    """Google Cloud's. `account`: a reference to a service account's key (JSON); where it and `key`, a ready token, are
    left out, the machine's own account. `base_url`: another than Google's for the location.
    """

    project: Name
    location: Name
    account: str = ""


class BedrockTable(Table, frozen=True, kw_only=True, tag="bedrock"):
    """AWS's. `key`: a reference to a bearer token; or `access_key`, `secret_key`, and `session_token` where keys are
    lent; else AWS's default chain, with `profile`. `like`: a model id that tells the family where an ARN does not.
    `also`: fields of every request, such as guardrailConfig.
    """

    region: Name
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""
    profile: str = ""
    like: str = ""
    also: dict[str, Any] = {}


class LocalEmbeddingsTable(Table, frozen=True, kw_only=True, tag="local_embeddings"):
    """One model on this machine, which makes embeddings and answers nothing; it needs the extra `local`. Fields as
    `ratchet_providers.local_embeddings.model.Which` has them.
    """

    model: str
    hub: bool = False
    revision: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._/-]*$", max_length=200)] = ""
    pooling: Pooling | None = None
    tokens: Annotated[int, msgspec.Meta(ge=1, le=8_192)] = 512
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


ProviderTable = OpenAIShapedTable | AnthropicTable | GeminiTable | VertexTable | BedrockTable | LocalEmbeddingsTable
