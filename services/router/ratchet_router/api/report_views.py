"""Reports as callers see them while they are made, and when they are."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, Field

from ratchet_router.api.document_views import RefusalView
from ratchet_router.reporting.record import PAGES, STEPS, UNDER_WAY, ReportRecord, step_of

ID: str = "^report_[0-9a-f]{32}$"
Shown = Literal["choosing", "computing", "answering", "writing", "ready", "failed", "deleting"]


class StepView(BaseModel):
    done: int = Field(description="steps that lie behind it")
    of: int


class MadeView(BaseModel):
    approach: Literal["direct", "base_rag", "finetuned", "hybrid_rag_finetuned"]
    confidence: float | None = Field(description="null: not known")
    passed: bool = Field(description="all quality checks")
    figures: int
    citations: int
    plots: int
    cost_usd: float
    pages: dict[str, str] = Field(description="the address of each form")


class ReportView(BaseModel):
    id: str
    title: str
    question: str = Field(description="its first 500 characters")
    state: Shown
    step: StepView
    created_at: datetime
    changed_at: datetime = Field(description="its state")
    refusal: RefusalView | None = Field(description="why it failed")
    made: MadeView | None = Field(description="null while it is not ready")


class ReportPage(BaseModel):
    items: list[ReportView]
    next: str | None


def view(of: ReportRecord) -> dict[str, Any]:
    made, refusal = of.made, of.refusal
    return {
        "id": of.id,
        "title": of.title,
        "question": of.question,
        "state": of.state,
        "step": {"done": step_of(of.state), "of": len(STEPS) - 1},
        "created_at": of.created_at,
        "changed_at": of.changed_at,
        "refusal": {"type": refusal.type, "sentence": refusal.sentence} if refusal else None,
        "made": {
            "approach": made.approach,
            "confidence": made.confidence,
            "passed": made.passed,
            "figures": made.figures,
            "citations": made.citations,
            "plots": made.plots,
            "cost_usd": round(float(made.cost_usd), 6),
            "pages": {form: f"/api/reports/{of.id}?form={form}" for form in PAGES},
        }
        if made
        else None,
    }


def whole(of: ReportRecord, report: bytes) -> bytes:
    """How far it is, and all that it says, in one object. `report`: JSON of an object."""
    about = {name: its for name, its in view(of).items() if name not in ("title", "question")}
    return msgspec.json.encode(about)[:-1] + b"," + report[1:]


def is_under_way(of: ReportRecord) -> bool:
    return of.state in UNDER_WAY
