"""A report as the store keeps it, how far it is, and what may follow what. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

import msgspec
from uuid_utils import uuid7

from ratchet_common.events.event import Approach

State = Literal["choosing", "computing", "answering", "writing", "ready", "failed", "deleting", "gone"]
OF_ROUTERS: Final[tuple[State, ...]] = ("choosing", "answering")  # a model is asked
OF_WORKERS: Final[tuple[State, ...]] = ("computing", "writing", "deleting", "gone")  # computed and drawn, or removed
UNDER_WAY: Final[frozenset[State]] = frozenset({"choosing", "computing", "answering", "writing"})
LEAVING: Final[frozenset[State]] = frozenset({"deleting", "gone"})
STEPS: Final[tuple[State, ...]] = ("choosing", "computing", "answering", "writing", "ready")
Page = Literal["json", "markdown", "html", "pdf"]
PAGES: Final[tuple[Page, ...]] = ("json", "markdown", "html", "pdf")


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no report: `type` is stable, the sentence is for whoever asked."""

    type: str
    sentence: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says of a report that is ready. `plots`: how many; `passed`: all its checks."""

    approach: Approach
    confidence: float | None
    passed: bool
    plots: int
    figures: int
    citations: int
    cost_usd: Decimal


class ReportRecord(msgspec.Struct, kw_only=True):
    """`user`: a digest, or empty. `begun`: how often its step was begun since the last orderly end of one.

    `documents`: ids of those that were read for it. `caller`: who asked, as JSON.
    """

    id: str
    tenant: str
    user: str = ""
    title: str
    question: str
    state: State
    created_at: datetime
    changed_at: datetime
    caller: bytes
    fingerprint: bytes = b""  # of the request under its Idempotency-Key
    begun: int = 0
    documents: tuple[str, ...] = ()
    refusal: Refusal | None = None
    made: Made | None = None


def new_id() -> str:
    """Those made later are greater."""
    return f"report_{uuid7().hex}"


def step_of(state: State) -> int:
    """From 0; of one that has ended the last."""
    return STEPS.index(state) if state in STEPS else len(STEPS) - 1


def plot_name(number: int | str, form: str) -> str:
    """Of a plot's picture, beside the pages. `number` counts from 1."""
    return f"plot-{number}.{form}"
