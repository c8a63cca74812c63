# ruff: noqa: ARG002  a fake takes what the real one takes

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import EstimateTrained
from ratchet_estimate import load, read
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.estimate.estimates import Rules, Standing, Tried
from ratchet_trainer.estimate.estimating import Estimating, Known
from ratchet_trainer.estimate.fit import Lessons, fit_estimate
from ratchet_trainer.estimate.outcomes import Look, Outcome
from ratchet_trainer.leased import Leased
from tests.unit.estimate.outcomes import texts
from tests.unit.trainer.decision_fakes import NOW

NEVER = Standing("acme", "qa")
EARLIER = NOW - timedelta(days=9)


def outcome(number: int, text: str, tier: str, score: float) -> Outcome:
    reading = read(text)
    look = Look(reading.buckets.tobytes(), reading.counts.tobytes(), reading.shape.tobytes(), f"t{number}")
    return Outcome(UUID(int=number), 1, "acme", "qa", tier, score, "s", None, "who", None, NOW, look)


def known(count: int, *, by_chance: bool = False) -> list[Outcome]:
    """Each request answered by one side; the fast tier fails where it is hard, or anywhere by chance."""
    dice = np.random.default_rng(9)
    found = []
    for number, (text, hard) in enumerate(texts(count)):
        tier = str(dice.choice(["fast", "balanced"]))
        fails = dice.random() < 0.5 if by_chance else hard and tier == "fast"
        found.append(outcome(number, text, tier, float(dice.random() < (0.1 if fails else 0.9))))
    return found


@dataclass
class Stores:
    outcomes: list[Outcome] = field(default_factory=list)
    standing: Standing = NEVER
    heard: bool = True
    mine: bool = True
    sent: list[EstimateTrained] = field(default_factory=list)
    released: int = 0
    forgotten: list[tuple[str, str, datetime]] = field(default_factory=list)

    async def by_tier(self, tenant: str, task_type: str) -> dict[str, int]:
        tiers = [one.tier for one in self.outcomes if (one.tenant, one.task_type) == (tenant, task_type)]
        return {tier: tiers.count(tier) for tier in set(tiers)}

    async def since(self, tenant: str, task_type: str, at: datetime | None) -> int:
        return 0 if at else len(self.outcomes)

    async def newest(self, tenant: str, task_type: str, limit: int) -> Known | None:
        return Known(self.outcomes[:limit], EARLIER, NOW) if self.outcomes else None

    async def forget_before(self, tenant: str, task_type: str, at: datetime) -> None:
        self.forgotten.append((tenant, task_type, at))

    async def of_strata(self, tenant: str, task_type: str, strata: Sequence[str]) -> list[float]:
        return [1.0] * len(strata)

    async def take(self) -> Leased[Standing] | None:
        return Leased(self.standing, {}) if self.heard else None

    async def save(self, held: Leased[Standing], after: Standing, event: EstimateTrained | None) -> bool:
        if self.mine:
            self.standing = after
            self.sent += [event] if event else []
        return self.mine

    async def looked(self, held: Leased[Standing]) -> None:
        self.heard = False

    async def renew(self, held: Leased[Standing]) -> bool:
        return self.mine

    async def release(self, held: Leased[Standing]) -> None:
        self.released += 1


def kept_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def in_process(lessons: Lessons, path: str) -> Tried | str:
    return fit_estimate(lessons, path, 60)


def estimating(stores: Stores, folder: Path, **how: Any) -> Estimating:
    given: dict[str, Any] = {
        "outcomes": stores,
        "estimates": stores,
        "weigh": stores,
        "artifacts": FileArtifacts(folder),
        "fit": in_process,
        "rules": Rules(per_side=100),
        "seed": 42,
        "renew_every": 10,
        "now": lambda: NOW,
    }
    return Estimating(**given | how)


async def test_outcomes_become_an_estimate_that_routers_hear_of(tmp_path: Path) -> None:
    stores = Stores(known(500))
    assert await estimating(stores, tmp_path).run_once()
    (event,) = stores.sent
    assert (event.cheap, event.strong, event.revision) == (("fast",), ("balanced", "premium"), 1)
    assert event.cheap_outcomes + event.strong_outcomes == 500
    assert event.interval[0] > 0
    estimate = load(tmp_path / event.sha256, event.sha256)
    assert event.artifact == (tmp_path / event.sha256).as_uri()
    cheap, strong = estimate(read("Please prove the lemma of ann and bob and lea."))
    assert strong - cheap > 0.3
    assert (stores.heard, stores.released) == (False, 1)


async def test_outcomes_older_than_those_that_teach_are_forgotten(tmp_path: Path) -> None:
    fewer, as_many = Stores(known(300)), Stores(known(300))
    await estimating(fewer, tmp_path, rules=Rules(per_side=100, most=301)).run_once()
    await estimating(as_many, tmp_path, rules=Rules(per_side=100, most=300)).run_once()
    assert (fewer.forgotten, as_many.forgotten) == ([], [("acme", "qa", EARLIER)])


async def test_what_cannot_be_told_is_not_sent_out_and_leaves_no_file(tmp_path: Path) -> None:
    stores = Stores(known(500, by_chance=True))
    await estimating(stores, tmp_path).run_once()
    assert not stores.sent
    assert "not above chance" in stores.standing.why
    assert not kept_in(tmp_path)


async def test_what_is_out_is_taken_back_when_new_outcomes_no_longer_show_it(tmp_path: Path) -> None:
    stores = Stores(known(500))
    await estimating(stores, tmp_path).run_once()
    stores.outcomes, stores.heard = known(500, by_chance=True), True
    stores.standing = replace(stores.standing, learned_until=None)
    await estimating(stores, tmp_path).run_once()
    assert [(event.revision, bool(event.artifact)) for event in stores.sent] == [(1, True), (2, False)]


@pytest.mark.parametrize("count", [0, 150])
async def test_too_few_outcomes_wait(tmp_path: Path, count: int) -> None:
    stores = Stores(known(count))
    assert await estimating(stores, tmp_path).run_once()
    assert stores.standing == NEVER
    assert not stores.heard
    assert not await estimating(stores, tmp_path).run_once()


async def test_a_worker_that_was_overtaken_sends_nothing(tmp_path: Path) -> None:
    stores = Stores(known(400), mine=False)
    assert await estimating(stores, tmp_path).run_once()
    assert not stores.sent
    assert stores.heard


async def test_a_fit_that_dies_is_tried_again_and_one_that_breaks_stops_no_other(tmp_path: Path) -> None:
    async def dies(lessons: Lessons, path: str) -> Tried | str:
        raise RetryLaterError("The worker process died.")

    async def breaks(lessons: Lessons, path: str) -> Tried | str:
        raise ZeroDivisionError

    stores = Stores(known(400))
    with pytest.raises(RetryLaterError):
        await estimating(stores, tmp_path, fit=dies).run_once()
    assert stores.heard
    assert await estimating(stores, tmp_path, fit=breaks).run_once()
    assert not stores.heard
    assert stores.released == 2


async def test_outcomes_that_kill_each_fit_are_let_be_after_three_and_what_is_out_stays(tmp_path: Path) -> None:
    stores = Stores(known(400), Standing("acme", "qa", 4, "ab"))
    tried = 0

    async def dies(lessons: Lessons, path: str) -> Tried | str:
        nonlocal tried
        tried += 1
        raise RetryLaterError("The worker process died.")

    for _ in range(3):
        with pytest.raises(RetryLaterError):
            await estimating(stores, tmp_path, fit=dies).run_once()
    assert await estimating(stores, tmp_path, fit=dies).run_once()
    assert tried == 3
    assert (stores.standing.sha256, stores.standing.learned_until, stores.heard) == ("ab", NOW, False)
    assert not stores.sent


async def test_the_newest_outcomes_alone_must_be_of_both_sides(tmp_path: Path) -> None:
    cheap = [outcome(number, text, "fast", 1.0) for number, (text, _) in enumerate(texts(300))]
    stores = Stores([*cheap, *known(400)], Standing("acme", "qa", 4, "ab"))
    assert await estimating(stores, tmp_path, rules=Rules(per_side=100, most=300)).run_once()
    assert stores.standing == Standing("acme", "qa", 4, "ab")


async def test_a_fit_says_why_there_is_nothing_to_learn(tmp_path: Path) -> None:
    async def nothing(lessons: Lessons, path: str) -> Tried | str:
        return "cheap has 3 outcomes: an estimate needs 20 at least."

    stores = Stores(known(400), Standing("acme", "qa", 4, "ab"))
    await estimating(stores, tmp_path, fit=nothing, now=lambda: NOW + timedelta(days=1)).run_once()
    assert stores.standing.why.startswith("cheap has 3")
    assert [event.artifact for event in stores.sent] == [""]
