"""The router's own knobs."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
from ratchet_common.settings import CommonSettings
from ratchet_providers.reranking import Shape as RerankShape
from ratchet_router.checking.checks import NAMES
from ratchet_router.checking.escalation import ESCALATING, Escalation
from ratchet_router.estimate import Aim


class RouterSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="ROUTER_", extra="forbid", frozen=True, populate_by_name=True)

    catalogue: Path = Field(SHIPPED_CATALOGUE, description="the models that may answer, as TOML")
    templates: Path | None = Field(None, description="a folder of templates, beside and over those that ship")
    templates_of_tenant: int = Field(
        500, ge=0, le=100_000, description="versions that a tenant may write; more get 409"
    )
    best_answers: int = Field(
        0,
        ge=0,
        le=200,
        description="kept a tenant, task and document type as examples for `few_shot`; 20 is many; 0: none",
    )
    best_answers_days: float = Field(7.0, gt=0, le=30, description="how long: their text is not scrubbed")
    simulated_latency: float = Field(1.0, ge=0, le=100, description="factor on the simulated models' latency; 0: none")
    reference_model: str = Field(
        "",
        max_length=100,
        description="of the catalogue: what it would have cost there is what routing saves; empty: none",
    )
    attempts: int = Field(3, ge=1, le=10, description="models of the catalogue that one request may try")
    deadline_ms: int = Field(300_000, ge=100, le=3_600_000, description="for a request that names none, all tries")
    connect_ms: int = Field(5_000, ge=1, le=600_000, description="until a provider takes the connection")
    first_token_ms: int = Field(60_000, ge=1, le=3_600_000, description="until a stream's first token")
    head_start_ms: int = Field(
        500,
        ge=0,
        le=60_000,
        description="that the first calls of a model not heard of lately have before all others follow them",
    )
    gap_ms: int = Field(30_000, ge=1, le=3_600_000, description="between two tokens of a stream")
    answer_ms: int = Field(120_000, ge=1, le=3_600_000, description="for a whole answer of one model")
    escalate_on: Annotated[tuple[str, ...], NoDecode] = Field(
        ESCALATING, description="checks, by commas, that have a stronger model asked when they fail"
    )
    escalations: int = Field(1, ge=0, le=5, description="to a stronger model, of one request")
    prior_scores: float = Field(
        30, gt=0, le=1_000_000, description="measured scores that the catalogue's quality counts as much as"
    )
    explore: float = Field(
        0.02, ge=0, le=0.5, description="share of auto's requests that go to another able model, to learn how it does"
    )
    near: float = Field(
        0.02, ge=0, le=1, description="scores of routing so near to the best are as good, for a session"
    )
    sessions: int = Field(50_000, ge=0, le=10_000_000, description="whose last model is remembered in memory")
    estimate_target: Literal["quality", "share", "off"] = Field(
        "quality",
        description="what the learned estimate aims at: a part of what can be gained, or a share of requests",
    )
    estimate_quality: float = Field(
        0.9, ge=0, le=1, description="of the way from the cheap tiers' mean score to the stronger tiers'"
    )
    estimate_share: float = Field(0.5, ge=0, le=1, description="of the requests, to the stronger tiers")
    estimates: int = Field(50, ge=1, le=10_000, description="of tenants and tasks kept in memory, about 1 MB each")
    media_body_bytes: int = Field(
        8 * 1024 * 1024,
        ge=1024,
        le=256 * 1024 * 1024,
        description="of a request to a model under /v1, which may carry pictures; BODY_LIMIT_BYTES where that is more",
    )
    upstream_body_limit_bytes: int = Field(64 * 1024 * 1024, ge=1024, description="of a provider's answer")

    cache_hours: float = Field(24.0, gt=0, le=24 * 30, description="how long an answer may be used again")
    cache_entries: int = Field(10_000, ge=0, le=1_000_000, description="kept in memory")
    cache_bytes: int = Field(64 * 1024 * 1024, ge=0, description="kept in memory")
    cache_known_keys: int = Field(
        1_000_000,
        ge=0,
        le=100_000_000,
        description="keys of the store's answers that are known in memory, 2 bytes each: a miss need not ask the store "
        "then, and another replica's answer is found a second later; 0: every miss asks",
    )
    cache_store_lookup: bool = Field(True, description="look in the store after a miss in memory")

    responses_hours: float = Field(
        24.0, gt=0, le=24 * 30, description="how long /v1/responses keeps a conversation after its last turn"
    )
    responses_limit_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, le=12 * 1024 * 1024, description="of a kept conversation, its answers too"
    )

    knowledge_confidence: float = Field(
        0.7,
        ge=0,
        le=1,
        description="of an answer from documents: below it more is read, then the next approach asked, then it is not "
        "found, unless its approach was named; 0: none is thrown away for it",
    )
    knowledge_few: int = Field(5, ge=1, le=100, description="passages for a question that asks for one thing")
    knowledge_many: int = Field(12, ge=1, le=100, description="passages for one that asks for several")
    knowledge_most: int = Field(20, ge=1, le=100, description="passages that one request may read")
    knowledge_rounds: int = Field(3, ge=1, le=5, description="looks into the documents for one request")
    knowledge_characters: int = Field(
        24_000, ge=1_000, le=200_000, description="that all passages of a request may have together"
    )
    knowledge_patience_ms: int = Field(5_000, ge=10, le=60_000, description="for one look into the index")
    learned_order_days: float = Field(
        90.0,
        ge=0,
        le=365,
        description="how long numbers are kept of passages whose answers people spoke of, to learn from for their "
        "tenant which come first; 0: nothing is kept or learned",
    )
    rerank_url: str = Field(
        "",
        max_length=1000,
        description="of a reranker's endpoint, whole: it puts what is found in documents in order; empty: none does",
    )
    rerank_model: str = Field("", max_length=200, description="as the reranker's server calls it")
    rerank_key: str = Field("", max_length=1000, description="of that server, as env:NAME or file:PATH")
    rerank_shape: RerankShape = Field(
        "cohere", description="what it speaks: cohere (Jina, Voyage and vLLM too), or tei (text-embeddings-inference)"
    )
    rerank_ms: int = Field(1_500, ge=10, le=60_000, description="for its scores; then the order of the searches stands")
    rerank_passages: int = Field(
        50, ge=1, le=200, description="that it reads for a question, at least as many as asked"
    )
    rerank_characters: int = Field(4_000, ge=100, le=100_000, description="of a passage that it reads")
    rerank_usd_per_million: float = Field(
        0.0,
        ge=0,
        le=1_000,
        description="what a million tokens that it reads cost, for the tenant's costs and budgets",
    )

    shadow_at_once: int = Field(4, ge=1, le=256, description="copies of requests that versions in the shadow are asked")
    shadow_waiting: int = Field(100, ge=0, le=10_000, description="such copies that wait; more are left out")
    shadow_answer_ms: int = Field(30_000, ge=10, le=600_000, description="for an answer in the shadow")

    record_patience_ms: int = Field(1_000, ge=10, le=60_000, description="until an event goes to the own store instead")
    record_first: bool = Field(
        True, description="an answer waits until its event is safe; false: a kill may lose the events of a moment"
    )
    answer_unrecorded: bool = Field(False, description="answer even if neither Kafka nor the store took the event")
    text_limit_bytes: int = Field(256 * 1024, ge=1024, le=768 * 1024, description="input and output in an event")

    limits: Path | None = Field(None, description="budgets and rates of tenants, keys, users, as TOML; default: none")
    limits_without_store: Literal["closed", "open"] = Field(
        "closed", description="a request beyond what this replica holds while the store is away: closed or open"
    )
    limits_tracked: int = Field(10_000, ge=10, le=1_000_000, description="tenants, keys and users kept in memory")

    batch_items: int = Field(50_000, ge=1, le=100_000, description="requests that one batch takes")
    batch_file_bytes: int = Field(
        100 * 1024 * 1024,
        ge=1024,
        le=512 * 1024 * 1024,
        description="of a file of requests, in place of the body limit",
    )
    batches_at_once: int = Field(4, ge=1, le=64, description="that one replica works on side by side")
    batch_days: float = Field(30.0, gt=0, le=365, description="how long batches and their files are kept")
    batch_poll_ms: int = Field(10_000, ge=10, le=600_000, description="between two looks at a provider's batch")
    batch_again_ms: int = Field(
        60_000,
        ge=0,
        le=3_600_000,
        description="within which a provider lists a new batch: one whose submission was cut off is looked for so long",
    )
    batch_at_once: int = Field(8, ge=1, le=256, description="requests of one batch where the provider has no batches")

    batch_group_items: int = Field(
        500, ge=1, le=2_000, description="single requests after which they become a batch together"
    )
    batch_group_bytes: int = Field(
        4 * 1024 * 1024, ge=1, le=12 * 1024 * 1024, description="of single requests after which they become a batch"
    )
    batch_group_s: float = Field(
        300.0, ge=0, le=86_400, description="after which the oldest single request waits for no others"
    )

    batch_callback_secret: str = Field(
        "", description="signs what is told of batches, as env:NAME or file:PATH; default: nothing is told"
    )
    batch_callback_private: bool = Field(False, description="callbacks may go to loopback and private addresses")

    documents_url: str = Field(
        "file:///var/lib/ratchet-documents/files",
        max_length=1000,
        description="where the files of documents lie: a file: URL of a directory that routers and workers share",
    )
    index_url: str = Field(
        "file:///var/lib/ratchet-documents/index",
        max_length=1000,
        description="of their passages: a file: URL, one of an object store (s3://, gs://, az://), or that of a Qdrant "
        "server (qdrant+http://, qdrant+https://)",
    )
    index_key: str = Field("", max_length=1000, description="of the Qdrant server, as env:NAME or file:PATH")
    document_embeddings: str = Field(
        "",
        max_length=120,
        description="an embedding model of the catalogue, of a provider or on this machine, for passages and "
        "questions; empty: by words alone",
    )
    document_embedding_length: int = Field(
        0, ge=0, le=65_536, description="numbers in each of its vectors: a Qdrant server has to be told"
    )
    graph_model: str = Field(
        "",
        max_length=120,
        description="a model of the catalogue that finds who and what documents speak of; empty: rules alone do",
    )
    document_bytes: int = Field(
        100 * 1024 * 1024, ge=1024, le=100 * 1024 * 1024, description="of a document, in place of the body limit"
    )
    documents_waiting: int = Field(
        1_000, ge=1, le=100_000, description="documents of a tenant that may wait to be read; more get 429"
    )
    document_days: float = Field(
        0.0, ge=0, le=36_500, description="after which a document is deleted, from its last revision on; 0: never"
    )
    documents_at_once: int = Field(2, ge=1, le=32, description="that one worker reads side by side")
    document_parser_s: float = Field(
        180.0, ge=1, le=3_600, description="that reading one document may take; then it is refused"
    )
    document_parser_mb: int = Field(
        1_536, ge=512, le=65_536, description="of memory for each process that reads documents; then it is refused"
    )

    report_bytes: int = Field(
        2 * 1024 * 1024,
        ge=1024,
        le=12 * 1024 * 1024,
        description="of a request for a report, which may carry prices; BODY_LIMIT_BYTES where that is more",
    )
    reports_waiting: int = Field(
        100, ge=1, le=10_000, description="reports of a tenant that may be under way at once; more get 429"
    )
    report_days: float = Field(90.0, gt=0, le=36_500, description="how long a report is kept")
    reports_at_once: int = Field(
        2, ge=1, le=32, description="reports that one replica asks models for, and one worker writes, side by side"
    )
    report_maker_s: float = Field(
        180.0, ge=1, le=3_600, description="that computing or drawing one report may take; then it fails"
    )
    report_maker_mb: int = Field(
        1_024, ge=512, le=65_536, description="of memory for a process that computes or draws a report; then it fails"
    )

    @field_validator("escalate_on", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("escalate_on")
    @classmethod
    def _known_checks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted({*names}.difference(NAMES)):
            raise ValueError(f"there is no check {', '.join(unknown)}; there are {', '.join(NAMES)}")
        return names

    @property
    def aim(self) -> Aim:
        return Aim(self.estimate_target, self.estimate_share, self.estimate_quality)

    @property
    def escalation(self) -> Escalation:
        return Escalation(frozenset(self.escalate_on), self.escalations)
