"""How a provider is reached, as the catalogue says it: one table a provider, by its kind."""

from typing import Annotated, Literal

import msgspec

from ratchet_providers.base import TimeLimits
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.wire import Endpoint

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
    """Fields as `ratchet_providers.openai_shaped.Dialect` has them. `responses`: it speaks /responses as well."""

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"
    key_header: Literal["Authorization", "api-key"] = "Authorization"
    path: Annotated[str, msgspec.Meta(pattern=r"^/")] = "/chat/completions"
    query: Annotated[str, msgspec.Meta(pattern=r"^(\?[!-~]*)?$")] = ""
    usage_in_streams: bool = True
    continues: Literal["", "prefix", "continue_final_message"] = ""
    responses: bool = False


ProviderTable = OpenAIShapedTable


def wrong_with(name: str, table: ProviderTable) -> str:
    """What is wrong with a table that has the right fields, or nothing."""
    try:
        Endpoint.of(table.base_url, {})
    except ValueError:
        return f"the provider {name} needs a `base_url` that starts with http:// or https:// and names a host"
    try:
        Secret(table.key)
    except SecretError as error:
        return f"the `key` of the provider {name} is wrong: {error}"
    return ""
