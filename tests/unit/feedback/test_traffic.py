from datetime import timedelta
from typing import Any

import pytest

from ratchet_common.events import Holdout, Serving
from ratchet_feedback.traffic import Listened, counts_from, learned_by, listened
from tests.unit.feedback.said import NOW, traffic

DAY = timedelta(days=1)
OLD, NEW = "summary-00000001", "summary-00000002"
VERSIONS = {
    OLD: Serving(platform="local", learned_until=NOW - 7 * DAY),
    NEW: Serving(platform="local", learned_until=NOW),
    "base": Serving(platform="base"),
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"shares": {NEW: 10, "base": 90}, "canary": NEW, "control": "base"}, NOW),
        ({"shares": {NEW: 100}}, NOW),
        ({"shares": {OLD: 100}}, NOW - 7 * DAY),
        ({"shares": {"base": 100}}, None),
        ({"shares": {}}, None),
    ],
)
def test_feedback_counts_from_the_end_of_learning_of_the_newest_version(fields: dict[str, Any], expected: Any) -> None:
    assert counts_from(traffic(versions=VERSIONS, **fields)) == expected


def test_only_trained_versions_that_get_traffic_have_listened() -> None:
    holdout = Holdout(version_id=OLD, percent=5, until=NOW + 7 * DAY)
    assert listened(traffic(versions=VERSIONS, shares={NEW: 0, "base": 100})) == ()
    serving = listened(traffic(versions=VERSIONS, shares={NEW: 100}, holdout=holdout))
    assert [version.version_id for version in serving] == [OLD, NEW]


def test_feedback_was_learned_by_the_first_version_that_heard_it() -> None:
    versions = [Listened(NEW, NOW), Listened(OLD, NOW - 7 * DAY)]
    assert learned_by(NOW - 8 * DAY, versions) == OLD
    assert learned_by(NOW - 7 * DAY, versions) == OLD
    assert learned_by(NOW - DAY, versions) == NEW
    assert learned_by(NOW + DAY, versions) is None
