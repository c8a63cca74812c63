"""A version whose platform the catalogue lacks is seen by a person, once."""

import logging

import pytest
from msgspec.structs import replace

from ratchet_common.events import Serving, TrafficAssigned
from ratchet_router.metrics import UNSERVED
from ratchet_router.unserved import Unserved
from tests.unit.router.asks import CATALOGUE, LOCAL, VERSION, assigned


def elsewhere(platform: str = "openai") -> TrafficAssigned:
    event = assigned({VERSION: 50, "base": 50})
    return replace(event, versions={**event.versions, VERSION: Serving(platform=platform, model="ft")})


def unserved() -> float:
    return next(iter(UNSERVED.collect())).samples[0].value


def test_it_is_said_once_and_counted_until_it_has_no_traffic(caplog: pytest.LogCaptureFixture) -> None:
    before, watch = unserved(), Unserved(CATALOGUE.platforms)
    with caplog.at_level(logging.WARNING):
        watch.hear(elsewhere())
        watch.hear(replace(elsewhere(), revision=4))
    assert [record.getMessage() for record in caplog.records] == [
        f"The version {VERSION} of classification for the tenant acme has traffic, and the catalogue has no "
        "[platforms.openai]: its models answer instead. Add the platform and send SIGHUP, or roll the version back."
    ]
    assert unserved() == before + 1
    watch.hear(replace(assigned({"base": 100}), revision=5))
    assert unserved() == before


def test_what_the_catalogue_has_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    before, watch = unserved(), Unserved(CATALOGUE.platforms)
    watch.hear(elsewhere("local"))
    assert unserved() == before
    assert not caplog.records


def test_a_platform_that_is_added_serves_it() -> None:
    before, watch = unserved(), Unserved(CATALOGUE.platforms)
    watch.hear(elsewhere())
    watch.use({**CATALOGUE.platforms, "openai": LOCAL})
    assert unserved() == before
