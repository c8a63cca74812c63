"""A request was answered: does a version in the shadow get a copy of it? The caller has his answer already."""

from ratchet_common.events import Shadow
from ratchet_router.ask import Ask
from ratchet_router.calling import request_to
from ratchet_router.planned import Trained
from ratchet_router.progress import Progress
from ratchet_router.shadows import Copy
from ratchet_router.targets import request_for, target_of
from ratchet_router.traffic import position


def copied(progress: Progress) -> None:
    """Hands the copy on, and waits for nothing. Kept answers have none, nor has what failed or was cancelled."""
    event, ask, parts = progress.event, progress.ask, progress.parts
    assigned = parts.snapshot.traffic(ask.tenant, ask.task_type)
    shadow = assigned.shadow if assigned else None
    if shadow is None or event is None or event.outcome != "ok" or event.cached_from is not None:
        return
    if progress.window is not None or not may_be_copied(ask) or not is_drawn(shadow, ask, progress.unit):
        return
    platform = parts.catalogue.platforms.get(shadow.serving.platform)
    if platform is None:
        parts.shadows.left_out("no_platform")
        return
    limit = parts.settings.text_limit_bytes
    if len(memoryview(ask.messages)) > limit:  # the bus would not carry what it says to that
        parts.shadows.left_out("too_large")
        return
    target = target_of(Trained(shadow.version_id, shadow.serving, platform), parts, ask, may_abstain=True)
    request = request_to(target, request_for(ask, progress.prompt), parts.shadows.limits(target))
    parts.shadows.take(Copy(ask, progress.result_id, event.occurred_at, target, request, limit))


def may_be_copied(ask: Ask) -> bool:
    """Only what a trained version could be asked, and somebody may learn from."""
    return ask.collect and not ask.capabilities and ask.choices == 1 and not ask.batched_by


def is_drawn(shadow: Shadow, ask: Ask, unit: str) -> bool:
    """By a hash of its own: other units than those of the share, and of 50 % all that 10 % has."""
    return position(ask.tenant, f"{ask.task_type}/shadow", unit) < shadow.percent
