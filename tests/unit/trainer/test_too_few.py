"""Too few examples: what is there, what is needed, and what was there before."""

import pytest

from ratchet_trainer.datasets.dataset import TooFewExamplesError, archived_too


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 other was archived 0.5 days after"),
        (180, "180 others were archived 0.5 days after being learned, by TRAINER_ARCHIVE_DAYS"),
        (1_000, "1,000 or more others were archived"),
    ],
)
def test_those_that_were_archived_are_told(count: int, said: str) -> None:
    refused = TooFewExamplesError("summary", 0, 50, archived=archived_too(count, 1_000, 0.5))
    assert said in refused.detail
    assert "There are 0 different examples for summary" in refused.detail


def test_where_none_was_archived_nothing_is_said_of_it() -> None:
    refused = TooFewExamplesError("summary", 3, 50, archived=archived_too(0, 1_000, 730))
    assert "archived" not in refused.detail
    assert refused.detail.endswith("/api/models/examples.")
