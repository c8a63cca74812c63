"""What the others hear of an experiment: that it changed, and the verdicts on its arms with their numbers. Pure."""

from datetime import datetime
from uuid import uuid5

from ratchet_common.events import Conclusion, Event, VerdictReached
from ratchet_monitor.studies.study import NAMESPACE, Arm, State, Study, changed

NO_ARM = "*"  # of a verdict that holds: all are still compared


def told_by(before: Study, after: Study) -> tuple[Event, ...]:
    """Once for each change: an arm has one verdict, and its event one id."""
    was_out = {arm.name for arm in before.arms if arm.out}
    said: list[Event] = [
        _verdict(after, arm, "roll_back", arm.why_out) for arm in after.arms if arm.out and arm.name not in was_out
    ]
    if before.state is State.RUNNING and after.ended is not None and after.ended.arm:
        won = next(arm for arm in after.arms if arm.name == after.ended.arm)
        said.append(_verdict(after, won, "advance", after.ended.why))
    return (*said, changed(after)) if after.revision > before.revision else ()


def held(study: Study, at: datetime) -> VerdictReached:
    """That it goes on, said once a day."""
    finding = study.finding
    why = f"{finding.why} {finding.outlook}".strip() if finding else "Nothing has been compared yet."
    return VerdictReached(
        event_id=uuid5(NAMESPACE, f"{study.tenant}/{study.experiment_id}/{at:%Y-%m-%d}/hold"),
        occurred_at=at,
        tenant=study.tenant,
        task_type=study.task_type,
        revision=study.revision,
        experiment_id=study.experiment_id,
        version_id="",
        conclusion="hold",
        why=why,
        numbers=finding.numbers if finding else {},
        arm=NO_ARM,
    )


def _verdict(study: Study, arm: Arm, conclusion: Conclusion, why: str) -> VerdictReached:
    return VerdictReached(
        event_id=uuid5(NAMESPACE, f"{study.tenant}/{study.experiment_id}/{arm.name}/{conclusion}"),
        tenant=study.tenant,
        task_type=study.task_type,
        revision=study.revision,
        experiment_id=study.experiment_id,
        version_id=arm.version_id,
        conclusion=conclusion,
        why=why,
        numbers=study.finding.numbers if study.finding else {},
        arm=arm.name,
    )


def what_now(study: Study) -> str:
    """What is left to do for a person; empty while it runs."""
    if study.state is State.RUNNING:
        return ""
    back = "Its units are answered as they were before it."
    won = next((arm for arm in study.arms if study.ended is not None and arm.name == study.ended.arm), None)
    if won is None:
        return back
    return f"{back} Nothing else was switched: {_switched_by(won, study.task_type)}"


def _switched_by(arm: Arm, task_type: str) -> str:
    if arm.version_id == "base":
        return "to give the task back to the catalogue's models, roll the version back that serves it."
    if arm.version_id:
        return f"to give {arm.version_id} the task's traffic, call `ratchet versions activate {arm.version_id}`."
    if arm.approach:
        return f"to answer by {arm.approach} alone, name it in context.approach of the requests."
    if arm.template:
        return f"to use {arm.template} where requests name none, activate that version of it (docs/experiments.md)."
    return (
        f"to have {arm.model} answer {task_type}, name it in requests or raise its quality in the catalogue; "
        "routing learns from scores by itself."
    )
