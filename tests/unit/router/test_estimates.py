import logging
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import CurvePoint, EstimateTrained
from ratchet_estimate import Estimate, save
from ratchet_estimate.fitting import fit
from ratchet_router.answer import answer
from ratchet_router.ask import Ask
from ratchet_router.estimate import Aim, Doubt
from ratchet_router.estimates import Estimates
from tests.unit.estimate.outcomes import outcomes
from tests.unit.router.asks import ask
from tests.unit.router.fakes import World, settings

SIDES = ("weak", "strong")
HARD, EASY = "Please prove the lemma of ann and bob and lea.", "Please congratulate ann and bob and lea."
CURVE = (CurvePoint(share=0, threshold=0.9, quality=0.5), CurvePoint(share=1, threshold=-0.3, quality=0.9))
HALF = Aim("share", share=0.5)


@cache
def learned(*sides: str) -> Estimate:
    return fit(outcomes(300), sides)


def told(folder: Path, revision: int = 1, **how: Any) -> EstimateTrained:
    path = folder / f"estimate-{revision}"
    digest = save(learned(*SIDES), path)
    given: dict[str, Any] = {
        "tenant": "acme",
        "task_type": "classification",
        "artifact": path.as_uri(),
        "sha256": digest,
        "cheap": ("fast",),
        "strong": ("balanced", "premium"),
        "curve": CURVE,
    }
    return EstimateTrained(revision=revision, **given | how)


async def loaded(*heard: EstimateTrained, most: int = 10, aim: Aim = HALF) -> Estimates:
    estimates = Estimates(aim, most=most)
    for one in heard:
        estimates.hear(one)
    while await estimates.one_more():
        pass
    return estimates


def doubt(estimates: Estimates, text: str = HARD, **how: Any) -> Doubt | None:
    return estimates.doubt(ask(text, **how))


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("ratchet_estimates_total", {"outcome": outcome}) or 0.0


async def test_a_hard_request_is_doubted_and_an_easy_one_is_not(tmp_path: Path) -> None:
    estimates = await loaded(told(tmp_path))
    hard, easy = doubt(estimates), doubt(estimates, EASY)
    assert hard is not None
    assert easy is not None
    assert (hard.holds, easy.holds) == (True, False)
    assert hard.cheap_tiers == ("fast",)
    assert hard.threshold == pytest.approx(0.3)


async def test_another_tenant_or_task_has_none_of_it(tmp_path: Path) -> None:
    estimates = await loaded(told(tmp_path))
    assert doubt(estimates, tenant="other") is None
    assert doubt(estimates, task_type="summary") is None


async def test_until_it_is_loaded_nothing_is_doubted(tmp_path: Path) -> None:
    estimates = Estimates(HALF, most=10)
    estimates.hear(told(tmp_path))
    assert doubt(estimates) is None
    assert await estimates.one_more()
    assert doubt(estimates) is not None


async def test_the_old_one_serves_until_the_new_one_is_there(tmp_path: Path) -> None:
    estimates = await loaded(told(tmp_path))
    estimates.hear(told(tmp_path, 2, cheap=("fast", "balanced")))
    before = doubt(estimates)
    await estimates.one_more()
    after = doubt(estimates)
    assert before is not None
    assert after is not None
    assert (before.cheap_tiers, after.cheap_tiers) == (("fast",), ("fast", "balanced"))


async def test_one_that_was_taken_back_is_gone(tmp_path: Path) -> None:
    estimates = await loaded(told(tmp_path))
    estimates.hear(EstimateTrained(tenant="acme", task_type="classification", revision=2))
    assert doubt(estimates) is None
    assert not await estimates.one_more()


async def test_an_aim_of_none_loads_nothing(tmp_path: Path) -> None:
    assert doubt(await loaded(told(tmp_path), aim=Aim("off"))) is None


@pytest.mark.parametrize("how", [{"sha256": "0" * 64}, {"artifact": "file:///nowhere"}, {"artifact": "s3://bucket/a"}])
async def test_one_that_cannot_be_read_is_said_and_keeps_no_other_waiting(tmp_path: Path, how: dict[str, Any]) -> None:
    estimates = Estimates(HALF, most=10)
    estimates.hear(told(tmp_path, 2, task_type="qa", **how))
    estimates.hear(told(tmp_path))
    failed, good = counted("failed"), counted("loaded")
    with pytest.raises(RetryLaterError, match="The estimate of qa"):
        await estimates.one_more()
    assert await estimates.one_more()
    assert (counted("failed"), counted("loaded")) == (failed + 1, good + 1)
    assert doubt(estimates) is not None
    with pytest.raises(RetryLaterError):
        await estimates.one_more()


async def test_an_artifact_of_another_kind_is_refused(tmp_path: Path) -> None:
    digest = save(learned(*SIDES[:1]), tmp_path / "one")
    estimates = Estimates(HALF, most=10)
    estimates.hear(told(tmp_path, artifact=(tmp_path / "one").as_uri(), sha256=digest))
    with pytest.raises(RetryLaterError, match="1 scores"):
        await estimates.one_more()


async def test_only_so_many_are_kept_and_one_that_is_asked_for_comes_back(tmp_path: Path) -> None:
    estimates = await loaded(told(tmp_path), told(tmp_path, tenant="other"), most=1)
    assert doubt(estimates) is not None
    assert doubt(estimates, tenant="other") is None
    while await estimates.one_more():
        pass
    assert doubt(estimates, tenant="other") is not None
    assert doubt(estimates) is None


async def still_there() -> bool:
    return False


async def answered_by(world: World, request: Ask) -> str:
    return (await answer(request, world.parts, still_there)).model


async def test_the_decision_follows_it_and_its_event_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World(settings=settings(estimate_target="share"))
    world.parts.estimates.hear(told(tmp_path))
    await world.parts.estimates.one_more()
    assert await answered_by(world, ask(EASY)) == "small"
    assert await answered_by(world, ask(HARD)) != "small"
    assert await answered_by(world, ask(HARD, model="auto:fast")) == "small"
    assert any("is estimated at" in reason for reason in world.store.held[1].decision.reasons)
    assert "lemma" not in caplog.text
