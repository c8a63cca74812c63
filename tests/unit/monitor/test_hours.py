from datetime import timedelta
from uuid import UUID

import pytest

from ratchet_monitor.hours import BucketKey, Keeping, hour_of, hours_between, made_at
from tests.unit.monitor.make import HOUR, NOW, result_id

KEEPING = Keeping(raw=timedelta(days=30), buckets=timedelta(days=400))


def test_a_result_says_itself_when_it_was_made() -> None:
    assert made_at(result_id(1, NOW), otherwise=NOW - timedelta(days=3)) == NOW


def test_an_id_of_another_kind_belongs_where_the_event_says() -> None:
    assert made_at(UUID(int=4 << 76), otherwise=NOW) == NOW


@pytest.mark.parametrize(
    ("age", "sealed", "rebuildable"),
    [
        (timedelta(0), False, True),
        (timedelta(days=30), False, True),
        (timedelta(days=30, hours=1), True, True),
        (timedelta(days=30, hours=12), True, False),
    ],
)
def test_an_hour_is_sealed_while_its_raw_data_are_still_there(age: timedelta, sealed: bool, rebuildable: bool) -> None:
    assert KEEPING.sealed(HOUR - age, HOUR) is sealed
    assert KEEPING.rebuildable(HOUR - age, HOUR) is rebuildable
    assert not rebuildable or KEEPING.raw_from(HOUR) < HOUR - age


def test_hours_between_are_all_hours_that_are_touched() -> None:
    assert hours_between(NOW - timedelta(hours=1), NOW) == [HOUR - timedelta(hours=1), HOUR]
    assert hours_between(NOW, NOW) == [HOUR]
    assert hour_of(NOW) == HOUR


def test_hours_tasks_and_tenants_have_keys_of_their_own() -> None:
    keys = [
        BucketKey(tenant, task, hour)
        for tenant in ("a", "b")
        for task in ("qa", "chat")
        for hour in (HOUR, HOUR - timedelta(hours=1))
    ]
    assert len({key.text for key in keys}) == len(keys)
