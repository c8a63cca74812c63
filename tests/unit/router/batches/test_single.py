"""When single requests become a batch, and which of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.auth import Caller, Scope
from ratchet_router.batches.single import Enough, Single, Waiting, told_of
from ratchet_router.batches.singles import group_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ENOUGH = Enough(items=10, size=1_000, age=timedelta(minutes=5))
WAITING = Waiting("g", "acme", items=9, size=999, oldest=NOW - timedelta(minutes=4))
ANN = Caller(sha256="a" * 64, tenant="acme", scopes=frozenset(Scope))


def single(size: int = 100, number: int = 0) -> Single:
    return Single(
        id=f"item_{number}",
        tenant="acme",
        caller=b"{}",
        endpoint="/api/generate",
        group="g",
        body=b"{}",
        size=size,
        created_at=NOW,
        gone_at=NOW,
    )


@pytest.mark.parametrize(
    ("waiting", "due"),
    [
        (WAITING, False),
        (replace(WAITING, items=10), True),
        (replace(WAITING, size=1_000), True),
        (replace(WAITING, oldest=NOW - timedelta(minutes=5)), True),
    ],
)
def test_a_group_is_closed_by_number_size_or_age(waiting: Waiting, due: bool) -> None:
    assert ENOUGH.of(waiting, NOW) is due


@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=30))
def test_a_batch_is_the_oldest_within_both_limits_and_never_empty(sizes: list[int]) -> None:
    singles = [single(size, number) for number, size in enumerate(sizes)]
    chosen = ENOUGH.first(singles)
    assert chosen == singles[: len(chosen)]
    assert 1 <= len(chosen) <= ENOUGH.items
    assert len(chosen) == 1 or sum(one.size for one in chosen) <= ENOUGH.size


@pytest.mark.parametrize(
    ("caller", "endpoint", "model"),
    [
        (msgspec.structs.replace(ANN, tenant="other"), "/api/generate", "cheap"),
        (msgspec.structs.replace(ANN, sha256="b" * 64), "/api/generate", "cheap"),
        (ANN, "/v1/chat/completions", "cheap"),
        (ANN, "/api/generate", "dear"),
    ],
)
def test_tenants_keys_endpoints_and_models_share_no_group(caller: Caller, endpoint: str, model: str) -> None:
    assert group_of(caller, endpoint, model) != group_of(ANN, "/api/generate", "cheap")


def test_a_callback_tells_which_and_how_it_ended_and_no_text() -> None:
    of = single()
    of.custom_id, of.batch, of.outcome = "mine", "batch_1", "failed"
    assert msgspec.json.decode(told_of(of)) == {
        "type": "batch_item.failed",
        "item": {"id": "item_0", "custom_id": "mine", "batch_id": "batch_1", "status": "failed"},
    }
