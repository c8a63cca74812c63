"""Use case: trials that nothing happens to are looked at as time passes. It says which are short of traffic, once."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from prometheus_client import Gauge

from ratchet_common.events import VerdictReached
from ratchet_monitor.comparison import Rules
from ratchet_monitor.experiments import Experiment, held
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.waiting import is_due, is_short_of_traffic, waits_for

log = logging.getLogger(__name__)
SHORT: Final = Gauge("ratchet_trials_short_of_traffic", "Trials whose verdict is more than a week away at their pace")


class Trials(Protocol):
    async def all_running(self) -> Sequence[Experiment]: ...
    async def say(self, experiment: Experiment, verdict: VerdictReached) -> None:
        """That it holds: once a day, while it runs."""


class Watching:
    """Nothing is advanced or taken back here: a trial that is short of traffic waits."""

    def __init__(self, trials: Trials, compare: Marks[TaskKey], rules: Rules) -> None:
        self._trials, self._compare, self._rules = trials, compare, rules
        self._said: set[tuple[str, str]] = set()

    async def once(self, now: datetime) -> None:
        running = await self._trials.all_running()
        await self._compare.set({one.task for one in running if is_due(one, self._rules, now)})
        short = {(one.tenant, one.experiment_id): one for one in running if is_short_of_traffic(one, self._rules, now)}
        SHORT.set(len(short))
        for key, one in short.items():
            sentence = waits_for(one, self._rules, now)
            await self._trials.say(one, held(one, sentence, now))
            if key not in self._said:
                log.warning("%s of the tenant %s is short of traffic: %s", one.experiment_id, one.tenant, sentence)
        self._said = set(short)
