from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Holdout
from ratchet_router.traffic import assigned_version, position
from tests.unit.router.asks import NOW, VERSION, assigned

UNITS = [f"session-{n}" for n in range(4_000)]
OLD = "classification-00000000"


def shares(*, percent: int) -> dict[str, int]:
    return {VERSION: percent, "base": 100 - percent}


def units_of(version: str, event_shares: dict[str, int], holdout: Holdout | None = None) -> set[str]:
    event = assigned(event_shares, canary=VERSION, control="base", holdout=holdout)
    return {unit for unit in UNITS if assigned_version(event, unit, NOW) == version}


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_position_is_stable_and_within_0_and_100(tenant: str, unit: str) -> None:
    tenant, unit = (text.encode("utf-8", "replace").decode() for text in (tenant, unit))
    assert 0 <= position(tenant, "summary", unit) < 100
    assert position(tenant, "summary", unit) == position(tenant, "summary", unit)


def test_a_larger_share_contains_the_smaller_one() -> None:
    ten, fifty, hundred = (units_of(VERSION, shares(percent=p)) for p in (10, 50, 100))
    assert ten < fifty < hundred == set(UNITS)


def test_shares_are_about_what_they_say() -> None:
    assert abs(len(units_of(VERSION, shares(percent=10))) / len(UNITS) - 0.10) < 0.02
    assert abs(len(units_of(VERSION, shares(percent=50))) / len(UNITS) - 0.50) < 0.03


def test_the_holdout_stays_on_the_old_version_until_its_end() -> None:
    holding = Holdout(version_id=OLD, percent=5, until=NOW + timedelta(days=1))
    over = Holdout(version_id=OLD, percent=5, until=NOW)
    held = units_of(OLD, {VERSION: 100}, holding)
    assert abs(len(held) / len(UNITS) - 0.05) < 0.015
    assert units_of(VERSION, {VERSION: 100}, holding) == set(UNITS) - held
    assert not units_of(OLD, {VERSION: 100}, over)


def test_tasks_and_tenants_draw_independently() -> None:
    low = [unit for unit in UNITS if position("acme", "summary", unit) < 10]
    others = Counter(position("acme", "qa", unit) < 10 for unit in low)
    assert others[True] < len(low) / 4


def test_after_canary_and_control_the_rest_comes_in_order() -> None:
    event = assigned({"base": 30, "b": 20, VERSION: 10, "a": 40}, canary=VERSION, control="base")
    found = sorted((position("acme", "classification", unit), assigned_version(event, unit, NOW)) for unit in UNITS)
    assert list(dict.fromkeys(version for _, version in found)) == [VERSION, "base", "a", "b"]


def test_what_the_shares_leave_goes_to_the_base() -> None:
    event = assigned({VERSION: 10})
    assert {assigned_version(event, unit, NOW) for unit in UNITS} == {VERSION, "base"}
