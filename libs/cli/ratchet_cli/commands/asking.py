"""`ratchet ask`: a question that is answered from the tenant's documents."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, at_gateway
from ratchet_cli.router_calls import Router

EXAMPLE = 'Example: ratchet ask "How did net sales change from 2022 to 2023?" --company Apple'
APPROACHES = ("auto", "direct", "base_rag", "finetuned", "hybrid_rag_finetuned")


def _known(approach: str) -> str:
    if approach not in APPROACHES:
        raise typer.BadParameter(f"there is no approach {approach}: known are {', '.join(APPROACHES)}")
    return approach


@at_gateway
def ask(
    router: Router,
    question: Annotated[str, typer.Argument(help="In words.")],
    document: Annotated[list[str] | None, typer.Option(help="The id of a document; may be given again.")] = None,
    company: Annotated[list[str] | None, typer.Option(help="Only of this company; may be given again.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="Only of 2022-Q3 or 2022; may be given again.")] = None,
    document_type: Annotated[list[str] | None, typer.Option(help="As financial_report; may be given again.")] = None,
    approach: Annotated[str, typer.Option(callback=_known, help=", ".join(APPROACHES))] = "auto",
    task_type: Annotated[str, typer.Option("--task-type", help="qa, report or another.")] = "qa",
    model: Annotated[str, typer.Option(help="As in a request.")] = "auto",
    as_json: AsJson = False,
) -> int:
    """Answer a question from the tenant's documents, with what it is from and why. Exit status 1 if it is not found."""
    from ratchet_cli.asking_documents import ask as run
    from ratchet_cli.asking_documents import body_of

    where = {
        "documents": document or [],
        "companies": company or [],
        "periods": period or [],
        "document_types": document_type or [],
    }
    body = body_of(question, where, task=task_type, approach=approach, model=model)
    return run(router, body, as_json=as_json)
