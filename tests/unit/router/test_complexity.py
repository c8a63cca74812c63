import pytest

from ratchet_catalogue.catalogue import CEILINGS
from ratchet_router.complexity import complexity


def hard(tokens: int, task: str, document: str | None = None, text: str = "prose", documents: int = 1) -> float:
    return complexity(tokens=tokens, task_type=task, document_type=document, text=text, documents=documents)


@pytest.mark.parametrize(
    ("tokens", "task", "document", "fast", "balanced"),
    [
        (60, "classification", "email", True, True),
        (300, "summary", "email", True, True),
        (300, "chat", None, True, True),
        (8_000, "summary", "meeting_notes", False, True),
        (12_000, "risk_assessment", "contract", False, False),
        (30_000, "report", "financial_report", False, False),
    ],
)
def test_tiers_suit_what_they_are_for(tokens: int, task: str, document: str | None, fast: bool, balanced: bool) -> None:
    found = hard(tokens, task, document)
    assert (found <= CEILINGS["fast"]) is fast
    assert (found <= CEILINGS["balanced"]) is balanced


def test_more_of_anything_is_never_easier() -> None:
    table = "| a | b |\n" * 200
    assert hard(500, "qa") < hard(5_000, "qa") < hard(50_000, "qa")
    assert hard(500, "qa", "email") < hard(500, "qa", "contract")
    assert hard(500, "qa") < hard(500, "qa", text=table)
    assert hard(500, "qa") < hard(500, "qa", documents=3)


def test_it_stays_between_0_and_1() -> None:
    assert hard(0, "classification", "email", text="") >= 0
    assert hard(10**9, "report", "financial_report", text="|" * 10_000, documents=50) == 1.0
