"""From a provider's table in the catalogue to what speaks to it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ratchet_catalogue.provider_table import (
    AnthropicTable,
    BedrockTable,
    GeminiTable,
    LocalEmbeddingsTable,
    OpenAIShapedTable,
    ProviderTable,
    VertexTable,
)
from ratchet_common.background import Loop
from ratchet_common.errors import CannotStartError
from ratchet_providers.anthropic.batches import AnthropicBatches
from ratchet_providers.anthropic.dialect import dialect_of
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import Streaming
from ratchet_providers.batching import BatchPlatform
from ratchet_providers.bedrock.credentials import REFRESH_EVERY_S, BearerToken, Credentials, DefaultChain, NamedKeys
from ratchet_providers.bedrock.provider import Bedrock
from ratchet_providers.embedding import Embedding
from ratchet_providers.gemini.accounts import account_named
from ratchet_providers.gemini.provider import Gemini
from ratchet_providers.gemini.tokens import GoogleTokens, ReadyToken
from ratchet_providers.gemini.vertex import Vertex
from ratchet_providers.local_embeddings.folder import ModelError
from ratchet_providers.local_embeddings.model import Which
from ratchet_providers.local_embeddings.provider import AnswersNothing, LocalEmbeddings, check
from ratchet_providers.openai_batches import OpenAIBatches
from ratchet_providers.openai_embeddings import OpenAIEmbeddings
from ratchet_providers.openai_responses import OpenAIResponses
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.wire import Endpoint, Wire


async def _nothing() -> None:
    """Most providers need no start, and no end."""


def _always(_: str) -> bool:
    return True


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Adapter:
    """`start` it before the first request; its loops run beside them; `stop` it after the last one."""

    answers: Streaming
    embeds: Embedding | None = None
    continues: Callable[[str], bool] = _never  # by the provider's own name of a model
    start: Callable[[], Awaitable[None]] = _nothing
    loops: Mapping[str, Loop] = field(default_factory=dict)
    batches: BatchPlatform | None = None
    stop: Callable[[], Awaitable[None]] = _nothing


class WrongProviderError(CannotStartError):
    """`field`: of its table, that is most likely to be wrong."""

    def __init__(self, sentence: str, name: str, field: str) -> None:
        super().__init__(sentence)
        self.name, self.field = name, field


def adapter(name: str, table: ProviderTable, wire: Wire, body_limit: int) -> Adapter:
    """Raises WrongProviderError naming the provider, and the secret or the field that is wrong."""
    try:
        return _adapter(name, table, wire, body_limit)
    except CannotStartError as error:
        raise WrongProviderError(str(error), name, "key") from None
    except ModelError as error:
        raise WrongProviderError(f"The provider {name} in the catalogue is wrong: {error}.", name, "model") from None
    except (SecretError, ValueError) as error:
        field = "key" if isinstance(error, SecretError) else "base_url"
        raise WrongProviderError(f"The provider {name} in the catalogue is wrong: {error}", name, field) from None


def _adapter(name: str, table: ProviderTable, wire: Wire, body_limit: int) -> Adapter:
    if isinstance(table, OpenAIShapedTable):
        key, dialect = _secret(name, table.key), _dialect(table)
        shaped = OpenAIShaped(wire, table.base_url, key, dialect, body_limit=body_limit)
        shaped.endpoint(table.path, "model")  # a wrong URL is wrong now, not with the first request
        embeds = OpenAIEmbeddings(wire, shaped, body_limit=body_limit)
        continues = _always if table.continues else _never
        batches = _openai_batches(table, wire, shaped) if table.batches else None
        if table.responses:
            responses = OpenAIResponses(wire, table.base_url, key, dialect, body_limit=body_limit)
            return Adapter(responses, embeds, continues, batches=batches)
        return Adapter(shaped, embeds, continues, batches=batches)
    if isinstance(table, AnthropicTable):
        return _anthropic(name, table, wire, body_limit)
    if isinstance(table, GeminiTable):
        gemini = Gemini(wire, table.base_url, _secret(name, table.key), body_limit=body_limit)
        return Adapter(gemini, gemini)
    if isinstance(table, VertexTable):
        return _vertex(name, table, wire, body_limit)
    if isinstance(table, LocalEmbeddingsTable):
        return _local_embeddings(name, table)
    return _bedrock(name, table, wire, body_limit)


def _openai_batches(table: OpenAIShapedTable, wire: Wire, shaped: OpenAIShaped) -> OpenAIBatches:
    return OpenAIBatches(wire, table.base_url, shaped, query=table.query, responses=table.responses)


def _anthropic(name: str, table: AnthropicTable, wire: Wire, body_limit: int) -> Adapter:
    dialects = partial(dialect_of, version=table.version, betas=table.betas, most_tokens=table.most_tokens)
    Endpoint.of(table.base_url, {})  # a wrong URL is wrong now, not with the first request
    provider = Anthropic(wire, table.base_url, _secret(name, table.key), dialects, body_limit=body_limit)
    batches = AnthropicBatches(wire, table.base_url, provider) if table.batches else None
    return Adapter(provider, continues=lambda model: dialects(model).continues, batches=batches)


def _dialect(table: OpenAIShapedTable) -> Dialect:
    return Dialect(
        limit_field=table.limit_field,
        key_header=table.key_header,
        path=table.path,
        query=table.query,
        usage_in_streams=table.usage_in_streams,
        continues=table.continues,
        extra_content=table.extra_content,
    )


def _vertex(name: str, table: VertexTable, wire: Wire, body_limit: int) -> Adapter:
    tokens: ReadyToken | GoogleTokens
    if table.key:
        tokens = ReadyToken(_secret(name, table.key))
    else:
        tokens = GoogleTokens(account_named(table.account))
        tokens.check(f"The provider {name}")
    vertex = Vertex(wire, table.project, table.location, tokens, base_url=table.base_url, body_limit=body_limit)
    return Adapter(vertex, vertex)


def _bedrock(name: str, table: BedrockTable, wire: Wire, body_limit: int) -> Adapter:
    credentials = _aws(name, table)
    bedrock = Bedrock(
        wire,
        table.region,
        credentials,
        base_url=table.base_url,
        like=table.like,
        also=table.also,
        body_limit=body_limit,
    )

    def continues(model: str) -> bool:
        return bedrock.family(model).continues

    if not isinstance(credentials, DefaultChain):
        return Adapter(bedrock, continues=continues)
    refreshing = {f"credentials of {name}": Loop(credentials.refresh, every=REFRESH_EVERY_S)}
    return Adapter(bedrock, continues=continues, start=credentials.load, loops=refreshing)


def _local_embeddings(name: str, table: LocalEmbeddingsTable) -> Adapter:
    which = Which(table.model, table.hub, table.revision, table.pooling, table.tokens, table.threads)
    check(which)
    embeds = LocalEmbeddings(name, which)
    return Adapter(AnswersNothing(), embeds, start=embeds.start, stop=embeds.stop)


def _aws(name: str, table: BedrockTable) -> Credentials:
    if table.key:
        return BearerToken(_secret(name, table.key))
    if table.access_key or table.secret_key:
        keys = (table.access_key, table.secret_key, table.session_token)
        return NamedKeys(*(_secret(name, key) for key in keys))
    return DefaultChain(table.profile)


def _secret(name: str, reference: str) -> Secret:
    secret = Secret(reference)
    secret.read_first(f"The provider {name}")
    return secret
