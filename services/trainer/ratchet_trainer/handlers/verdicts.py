"""Use case: the monitor has judged a version on trial."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from ratchet_common.events import VerdictReached
from ratchet_trainer.rollouts.rollout import Plan
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.verdict import on_verdict


async def on_verdicts(
    verdicts: Sequence[VerdictReached], *, traffic: Traffic, plan: Plan, now: Callable[[], datetime]
) -> None:
    """In their order. What an old verdict, or the same one again, asks for has been done.

    One on an arm of an experiment that people set up changes no traffic: they decide what becomes of the winner.
    """
    for verdict in (one for one in verdicts if not one.arm):
        if verdict.conclusion == "hold":
            waits_for = f"On {verdict.occurred_at:%Y-%m-%d}: {verdict.why}"
            await traffic.rollouts.note(verdict.tenant, verdict.task_type, verdict.revision, waits_for)
            continue
        decide = partial(on_verdict, verdict=verdict, plan=plan, at=now())
        await traffic.change(verdict.tenant, verdict.task_type, decide)
