"""When what is still open will be told, if it goes on as it does."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from ratchet_monitor.studies.finding import Finding, numbers_of
from ratchet_monitor.studies.measuring import Measured


async def with_outlook(finding: Finding, measured: Sequence[Measured]) -> Finding:
    """The experiment's is that of the arm which takes longest, of those that are still open."""
    if finding.verdict != "hold":
        return finding
    if finding.mismatch:
        return replace(finding, outlook="Not foreseeable: nothing is concluded while the arms do not get their shares.")
    control, *others = finding.arms
    told = {
        arm.name: await asyncio.to_thread(one.outlook)
        for one, arm in zip(measured, others, strict=True)
        if arm.verdict == "hold"
    }
    if not told:
        return finding
    slowest = max(told.values(), key=lambda one: (one.likely is None, one.likely or 0.0))
    days = {"days_early": slowest.early, "days_likely": slowest.likely, "days_late": slowest.late}
    arms = (replace(arm, outlook=told[arm.name].told) if arm.name in told else arm for arm in others)
    return replace(
        finding,
        arms=(control, *arms),
        days_early=slowest.early,
        days_likely=slowest.likely,
        days_late=slowest.late,
        outlook=slowest.told,
        told=finding.told + numbers_of({name: left for name, left in days.items() if left is not None}),
    )
