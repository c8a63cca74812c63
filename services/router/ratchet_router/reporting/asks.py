"""What models are asked for a report: which figures to compute, and what it all says. Pure."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ratchet_common import conversation
from ratchet_common.auth import Caller
from ratchet_common.vocabulary import DocumentType, TaskType
from ratchet_figures.choosing import SCHEMA, Known
from ratchet_router.ask import Ask
from ratchet_router.reporting.wanted import Wanted

TEMPLATE: Final = "analyst_report"
LONGEST_FIGURES: Final = 30_000  # characters of figures that a model is told
CHOOSE: Final = (
    "You choose which figures are computed for a question about a portfolio or about companies' statements. You "
    "compute nothing and answer nothing: you name what shall be computed, as JSON that fits the schema, and nothing "
    "else. Name only instruments and companies that there are. What the question asks for and nobody can compute from "
    "them goes into `unknown`, as a sentence."
)
FIGURES: Final = "These figures were computed for it. Cite each by its mark, and compute no others:"


def to_choose(wanted: Wanted, known: Known, caller: Caller) -> Ask:
    """Answered with JSON as `SCHEMA` has it."""
    there = [
        f"Question: {wanted.question}",
        f"Instruments with prices: {', '.join(known.instruments) or 'none'}",
        f"Benchmark of the portfolio: {known.benchmark or 'none'}",
        f"Companies with statements: {', '.join(known.companies) or 'none'}",
        f"The data is from {known.first} to {known.last}.",
    ]
    said = "\n".join(there)
    shape = {"type": "json_schema", "json_schema": {"name": "figures", "schema": SCHEMA}}
    messages = [{"role": "system", "content": CHOOSE}, {"role": "user", "content": said}]
    return replace(
        _ask(wanted, caller, TaskType.CHAT, messages, said),
        own_prompt=True,
        passed_on={"response_format": msgspec.Raw(msgspec.json.encode(shape))},
        capabilities=frozenset({"json"}),
    )


def to_answer(wanted: Wanted, figures: str, caller: Caller) -> Ask:
    """`figures`: sentences, each with its mark. Passages are put in where the request looks into documents."""
    told = figures[:LONGEST_FIGURES].strip()
    asked = f"{wanted.question}\n\n{FIGURES}\n{told}" if told and wanted.context is not None else wanted.question
    text = told or "There are no figures."
    messages = conversation.as_messages([] if wanted.context is not None else [text], asked)
    ask = _ask(wanted, caller, TaskType.REPORT, messages, "" if wanted.context is not None else text)
    variables = {"audience": wanted.audience, "language": wanted.language, "headings": ", ".join(wanted.headings)}
    return replace(
        ask,
        question=asked,
        template=TEMPLATE,
        variables={name: value for name, value in variables.items() if value},
        document_type=DocumentType.FINANCIAL_REPORT,
        has_document=True,
        context=replace(wanted.context, query=wanted.question) if wanted.context is not None else None,
    )


def _ask(wanted: Wanted, caller: Caller, task: TaskType, messages: list[dict[str, Any]], text: str) -> Ask:
    return Ask(
        tenant=caller.tenant,
        key=caller.sha256,
        key_limits=caller.limits,
        task_type=task,
        model=wanted.model,
        messages=msgspec.Raw(msgspec.json.encode(messages)),
        document=text,
        priorities=wanted.priorities,
        max_cost_usd=wanted.max_cost_usd,
        collect=wanted.collect,
        user=wanted.user,
        session=wanted.session,
        tags=wanted.tags,
    )
