from datetime import timedelta

import pytest

from ratchet_trainer.artifacts import Artifact
from ratchet_trainer.estimate.estimates import (
    ATTEMPTS,
    Rules,
    Sides,
    Standing,
    Tried,
    begun,
    given_up,
    is_due,
    learned,
    not_learned,
    sent_out,
    sides_of,
    taken_back,
)
from tests.unit.trainer.decision_fakes import NOW

FRESH = Standing("acme", "qa")
GOOD = Tried(((0.0, 0.4, 0.5), (1.0, -0.2, 0.8)), 0.05, (0.01, 0.09), 300, 250)
BAD = Tried(GOOD.curve, 0.01, (-0.01, 0.03), 300, 250)


@pytest.mark.parametrize(
    ("by_tier", "sides"),
    [
        ({}, None),
        ({"fast": 200}, None),
        ({"fast": 199, "balanced": 900}, None),
        ({"fast": 200, "premium": 200}, Sides("fast", ("balanced", "premium"))),
        ({"fast": 200, "balanced": 120, "premium": 80}, Sides("fast", ("balanced", "premium"))),
        ({"fast": 10, "balanced": 200, "premium": 200}, Sides("balanced", ("premium",))),
    ],
)
def test_the_cheapest_tier_with_enough_is_set_against_all_above_it(
    by_tier: dict[str, int], sides: Sides | None
) -> None:
    assert sides_of(by_tier, 200) == sides


def test_a_side_knows_its_tiers() -> None:
    sides = Sides("balanced", ("premium",))
    assert [sides.of(tier) for tier in ("fast", "balanced", "premium")] == [None, False, True]


@pytest.mark.parametrize(
    ("learned_from", "new", "due"), [(400, 79, False), (400, 80, True), (100, 49, False), (100, 50, True)]
)
def test_it_is_trained_anew_when_enough_is_new(learned_from: int, new: int, due: bool) -> None:
    standing = Standing("acme", "qa", 1, "ab", 0, learned_from, NOW)
    assert is_due(standing, new, Rules(growth=0.2)) is due
    assert is_due(FRESH, 0, Rules())


def test_one_that_beats_chance_goes_out_with_the_next_revision() -> None:
    after = learned(FRESH, GOOD, NOW, "ab")
    assert (after.revision, after.out, after.learned_from, after.learned_until) == (1, True, 550, NOW)
    event = sent_out(after, Sides("fast", ("balanced", "premium")), GOOD, Artifact("file:///a", "ab"), NOW)
    assert (event.revision, event.artifact, event.cheap, event.strong) == (
        1,
        "file:///a",
        ("fast",),
        ("balanced", "premium"),
    )
    assert [point.quality for point in event.curve] == [0.5, 0.8]
    assert "0.0500 (0.0100 to 0.0900): above chance" in event.why


def test_one_that_does_not_changes_nothing_for_routers_that_have_none() -> None:
    after = learned(FRESH, BAD, NOW, "")
    assert (after.revision, after.out) == (0, False)
    assert "not above chance" in after.why
    assert not is_due(after, 10, Rules())


def test_one_that_no_longer_does_takes_back_what_is_out() -> None:
    after = learned(learned(FRESH, GOOD, NOW, "ab"), BAD, NOW + timedelta(days=1), "")
    assert (after.revision, after.out) == (2, False)
    event = taken_back(after, NOW)
    assert (event.revision, event.artifact, event.curve) == (2, "", ())
    assert not not_learned(after, 10, NOW, "x").out


def test_a_training_that_never_ends_is_given_up_until_other_outcomes_come() -> None:
    standing = learned(FRESH, GOOD, NOW, "ab")
    for _ in range(ATTEMPTS):
        standing = begun(standing)
    after = given_up(standing, 900, NOW + timedelta(days=1))
    assert (after.revision, after.sha256, after.attempts) == (1, "ab", 0)
    assert not is_due(after, 179, Rules(growth=0.2))
    assert is_due(after, 180, Rules(growth=0.2))


def test_what_ends_forgets_how_often_it_was_begun() -> None:
    assert learned(begun(FRESH), GOOD, NOW, "ab").attempts == 0
    assert not_learned(begun(FRESH), 10, NOW, "x").attempts == 0


def test_the_same_revision_is_the_same_event() -> None:
    after = learned(FRESH, GOOD, NOW, "ab")
    assert taken_back(after, NOW).event_id == taken_back(after, NOW + timedelta(1)).event_id
    assert taken_back(after, NOW).event_id != taken_back(learned(after, BAD, NOW, ""), NOW).event_id
