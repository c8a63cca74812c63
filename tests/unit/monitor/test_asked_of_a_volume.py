"""What the bench of queries asks for: every path has its words and what it cannot be without."""

from typing import get_args

import pytest

from ratchet_monitor.reports.spans import Rhythm
from tests.bench.volume.asking import narrowed, worded

COMPARE = "/api/models/prompts/compare"


def test_paths_that_name_one_of_a_few_words_are_asked_for_with_each() -> None:
    assert worded("/api/models/reports/{rhythm}") == [f"/api/models/reports/{one}" for one in get_args(Rhythm)]
    by = worded("/api/models/costs/by/{dimension}")
    assert {"/api/models/costs/by/document", "/api/models/costs/by/tenant"} < set(by)
    assert worded("/api/models/performance") == ["/api/models/performance"]
    assert worded("/api/models/alerts/{alert_id}") == ["/api/models/alerts/{alert_id}"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (COMPARE, [f"{COMPARE}?template_ids=classification_v1,executive_summary_short_v1"]),
        ("/api/models/costs/summary", ["/api/models/costs/summary", "/api/models/costs/summary?days=7"]),
    ],
)
def test_what_a_query_cannot_be_without_is_in_each(path: str, asked: list[str]) -> None:
    assert narrowed(path, path) == asked
