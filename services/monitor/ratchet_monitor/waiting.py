"""What a trial waits for, in a sentence: more answers of which somebody said something, or more time. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ratchet_monitor.comparison import Rules
from ratchet_monitor.experiments import Experiment, State

LONG = timedelta(days=7)  # a verdict that is further away is short of traffic
EARLY = timedelta(days=1)  # a pace that was seen for less says little
QUIET = timedelta(days=3)  # without a scored answer: less is a weekend
QUIETER = 4  # times as long as from one scored answer to the next till then
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the arm is that has the longest way to go. `left` is None where nothing comes at all. `quiet`: so long
    nothing has come, where that is so much longer than before that the pace is taken from it.
    """

    arm: str
    scored: int
    wanted: int
    passed: timedelta
    left: timedelta | None
    quiet: timedelta | None = None


def waits_for(experiment: Experiment, rules: Rules, now: datetime) -> str:
    """Empty: it waits for neither, since it is decided, since only the answers themselves do not decide it yet, or
    since it guards what serves already, as long as something is held out."""
    if experiment.state is not State.RUNNING or experiment.guard:
        return ""
    pace = pace_of(experiment, rules, now)
    if pace is not None:
        return _of_answers(pace)
    until = experiment.started_at + rules.min_step
    return f"The step lasts for {told(until - now)} more before the canary may get more." if now < until else ""


def pace_of(experiment: Experiment, rules: Rules, now: datetime) -> Pace | None:
    """None: each arm has as many scored answers as a verdict needs."""
    finding, passed = experiment.finding, max(now - experiment.started_at, timedelta(0))
    arms = {"canary": finding.canary.scored_units, "control": finding.control.scored_units} if finding else {}
    name = min(("canary", "control"), key=lambda arm: arms.get(arm, 0))
    scored, wanted = arms.get(name, 0), rules.min_observations
    if scored >= wanted:
        return None
    if finding is None or not scored:
        return Pace(name, scored, wanted, passed, None)
    last = (finding.canary if name == "canary" else finding.control).last_scored_at
    quiet = _quiet(experiment.started_at, last, scored, now)
    return Pace(name, scored, wanted, passed, (quiet or passed / scored) * (wanted - scored), quiet)


def _quiet(since: datetime, last: datetime | None, scored: int, now: datetime) -> timedelta | None:
    """How long nothing has come, where the next would have long been there. An answer that comes now is the first in
    that time, so the pace is no higher than one in it.
    """
    if last is None:
        return None
    usual, quiet = max(last - since, timedelta(0)) / scored, now - last
    return quiet if quiet >= max(QUIET, QUIETER * usual) else None


def is_short_of_traffic(experiment: Experiment, rules: Rules, now: datetime) -> bool:
    pace = pace_of(experiment, rules, now)
    if experiment.state is not State.RUNNING or experiment.guard or pace is None or pace.passed < EARLY:
        return False
    return pace.left is None or pace.left > LONG


def is_due(experiment: Experiment, rules: Rules, now: datetime) -> bool:
    """Its step has lasted long enough since it was looked at: nothing else may happen that has it looked at again."""
    until = experiment.started_at + rules.min_step
    return experiment.finding is not None and experiment.finding.at < until <= now


def told(duration: timedelta) -> str:
    """In the largest unit of which it has two or more: 36 hours, 3 days."""
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if duration >= 2 * unit:
            return f"{round(duration / unit)} {name}"
    return "less than 2 minutes"


def _of_answers(pace: Pace) -> str:
    seen = f"{pace.scored} of {pace.wanted} scored answers of the {pace.arm} in {told(pace.passed)}"
    if pace.left is None:
        return f"{seen}: as long as nobody says what its answers are worth there is no verdict."
    about = "about " if pace.left >= 2 * MINUTE else ""
    seen += f", and none for {told(pace.quiet)}" if pace.quiet else ""
    return f"{seen}; at this pace the verdict takes {about}{told(pace.left)} more."
