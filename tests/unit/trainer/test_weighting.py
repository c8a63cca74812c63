from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.judging.weighting import Stratum, stratum_of, weights

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def example(stratum: str, source: str = "correction") -> Example:
    given: dict[str, Any] = {
        "example_id": uuid4(),
        "tenant": "acme",
        "task_type": "summary",
        "document": "d",
        "question": "",
        "labels": (),
        "target": "t",
        "target_source": source,
        "output": None,
        "score": None,
        "score_source": None,
        "version_id": "base",
        "model": "m",
        "assigned_by": "routed",
        "cost_usd": 0.0,
        "latency_ms": 0.0,
        "confidence": None,
        "document_type": None,
        "tags": (),
        "document_hash": "h",
        "session_hash": None,
        "user_hash": None,
        "stratum": stratum,
        "quality": 1.0,
        "pii": {},
        "answered_at": NOW,
        "learned_at": NOW,
    }
    return Example(**given)


@pytest.mark.parametrize(
    ("strata", "weight"),
    [
        ({"a": Stratum(100, 50)}, 2.0),
        ({"a": Stratum(100, 1)}, 20.0),
        ({"a": Stratum(100, 100)}, 1.0),
        ({"a": Stratum(100, 0)}, 1.0),
        ({"a": Stratum(19, 1), "b": Stratum(11, 9), "c": Stratum(900, 1)}, 3.0),
        ({"b": Stratum(10, 2), "c": Stratum(900, 1)}, 5.0),
        ({}, 1.0),
    ],
)
def test_an_example_weighs_by_how_rarely_its_stratum_got_feedback(strata: dict[str, Stratum], weight: float) -> None:
    assert weights([example("a")], strata) == [weight]


@pytest.mark.parametrize("source", ["sampled", "imported", "reference"])
def test_what_did_not_wait_for_feedback_weighs_one(source: str) -> None:
    assert weights([example("a", source)], {"a": Stratum(100, 10)}) == [1.0]


def test_a_stratum_tells_version_label_or_confidence_and_document_type_but_no_text() -> None:
    def of(**fields: Any) -> str:
        given: dict[str, Any] = {
            "task_type": "summary",
            "version_id": "base",
            "output": "The whole text.",
            "labels": (),
            "confidence": 0.85,
            "document_type": "email",
        }
        return stratum_of(**given | fields)

    assert of() == "base/3/email"
    assert of(confidence=None, document_type=None) == "base/unknown/none"
    labelled = of(task_type="classification", output="ann@example.com", labels=("ann@example.com",))
    assert "ann" not in labelled
    assert labelled != of(task_type="classification", output="no", labels=("no",))
    assert of(task_type="classification", output="none of them", labels=("no",)) == "base/other/email"
