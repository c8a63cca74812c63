"""What the monitor's verdict does to the traffic. Pure."""

from datetime import datetime

from ratchet_common.events import BASE_VERSION, VerdictReached
from ratchet_trainer.rollouts.by_hand import roll_back
from ratchet_trainer.rollouts.rollout import By, Plan, Rollout, changed, promoted, trial_lost


def on_verdict(rollout: Rollout, verdict: VerdictReached, plan: Plan, at: datetime) -> Rollout | None:
    """None: an old verdict, one on another version, or one that holds changes nothing.

    While a version is on trial the verdict is on it. Later it is on what was promoted, beside what is held out.
    """
    judged = rollout.canary or (rollout.stable if rollout.holdout else BASE_VERSION)
    if judged == BASE_VERSION or (verdict.revision, verdict.version_id) != (rollout.step, judged):
        return None
    by = By("monitor", verdict.why, at)
    if verdict.conclusion == "roll_back":
        return trial_lost(rollout, by) if rollout.canary else roll_back(rollout, judged, by)
    if verdict.conclusion == "hold" or not rollout.canary:
        return None
    further = [step for step in plan.steps if step > rollout.percent]
    return changed(rollout, by, percent=further[0]) if further else promoted(rollout, plan, by)
