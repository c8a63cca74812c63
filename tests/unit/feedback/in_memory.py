"""The fake at the border of the feedback service. Each call gives way once, so that replicas on it interleave."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ratchet_common.events import AlertChanged, FeedbackJoined, RetrainingFellDue, TrafficAssigned
from ratchet_feedback.answers import Answer, ResultKey, key_of
from ratchet_feedback.retraining import Tally
from ratchet_feedback.said import Feedback, Saved, feedback_id
from ratchet_feedback.tallies import Changes, Task, Uncounted
from ratchet_feedback.traffic import counts_from
from ratchet_feedback.waiting import SECOND_LOOK

who = feedback_id


@dataclass
class Kept:
    saved: Saved
    due_at: datetime
    state: str = "pending"
    event: FeedbackJoined | None = None
    uncounted: int = 0


@dataclass
class InMemoryStore:
    kept: dict[UUID, Kept] = field(default_factory=dict)
    known: dict[ResultKey, Answer] = field(default_factory=dict)
    traffic: dict[Task, TrafficAssigned] = field(default_factory=dict)
    drifts: dict[tuple[str, str], AlertChanged] = field(default_factory=dict)
    changes: dict[Task, int] = field(default_factory=dict)  # the number of the last, of all tasks'
    number: int = 0
    tallies: dict[Task, Tally] = field(default_factory=dict)
    looks: dict[Task, datetime] = field(default_factory=dict)
    events: list[FeedbackJoined | RetrainingFellDue] = field(default_factory=list)

    async def save(self, said: Feedback) -> Saved:
        now, before = datetime.now(UTC), self.kept.get(who(said))
        revision = before.saved.revision + 1 if before else 1
        kept = Kept(Saved(said=said, revision=revision, said_at=now), now + SECOND_LOOK)
        kept.event = before.event if before else None
        self.kept[who(said)] = kept
        await asyncio.sleep(0)
        return self.kept[who(said)].saved

    async def save_first(self, saved: Saved, event: FeedbackJoined) -> bool:
        await asyncio.sleep(0)
        if who(saved.said) in self.kept:
            return False
        self.kept[who(saved.said)] = Kept(saved, saved.said_at)
        await self.join([(saved, event)])
        return True

    async def save_new(self, first: Collection[tuple[Saved, FeedbackJoined | None]]) -> set[UUID]:
        await asyncio.sleep(0)
        before = {who(saved.said) for saved, _ in first} & self.kept.keys()
        new = [(saved, event) for saved, event in first if who(saved.said) not in before]
        for saved, _ in new:
            self.kept[who(saved.said)] = Kept(saved, saved.said_at + SECOND_LOOK)
        await self.join([(saved, event) for saved, event in new if event is not None])
        return before

    async def save_all(self, said: Collection[Feedback]) -> list[Saved]:
        return [await self.save(one) for one in said]

    async def answers(self, keys: Collection[ResultKey]) -> dict[ResultKey, Answer]:
        await asyncio.sleep(0)
        return {key: self.known[key] for key in keys if key in self.known}

    async def join(self, found: Collection[tuple[Saved, FeedbackJoined]]) -> None:
        for saved, event in found:
            await asyncio.sleep(0)
            kept = self.kept[who(saved.said)]
            if kept.saved.revision == saved.revision and kept.state != "joined":
                if kept.event in self.events:
                    self.events.remove(kept.event)  # superseded
                kept.state, kept.event, kept.uncounted = "joined", event, saved.revision
                self.events.append(event)

    async def keep_answers(self, answers: Sequence[Answer]) -> None:
        await asyncio.sleep(0)
        for answer in answers:
            self.known.setdefault(key_of(answer), answer)

    async def waiting_for(self, keys: Collection[ResultKey], limit: int) -> list[Saved]:
        await asyncio.sleep(0)
        return [k.saved for k in self.kept.values() if k.state == "pending" and k.saved.about in keys][:limit]

    async def due(self, now: datetime, limit: int) -> list[Saved]:
        return [k.saved for k in self.kept.values() if k.state == "pending" and k.due_at <= now][:limit]

    async def wait_on(self, waiting: Collection[Saved], patience: timedelta) -> None:
        for saved in waiting:
            self.kept[who(saved.said)].due_at = saved.said_at + patience

    async def expire(self, waiting: Collection[Saved]) -> None:
        for saved in waiting:
            self.kept[who(saved.said)].state = "expired"

    async def waiting(self) -> dict[str, int]:
        states = [kept.state for kept in self.kept.values()]
        return {state: states.count(state) for state in ("pending", "expired")}

    async def uncounted(self, limit: int) -> list[Uncounted]:
        await asyncio.sleep(0)
        return [
            Uncounted(feedback_id(k.saved.said), k.uncounted, Task(k.event.tenant, k.event.task_type))
            for k in self.kept.values()
            if k.uncounted and k.event
        ][:limit]

    async def changed(self, now: datetime) -> dict[Task, Changes]:
        await asyncio.sleep(0)
        rested = {task: Changes() for task, at in self.looks.items() if at <= now}
        changed = {task: Changes(count) for task, count in self.changes.items() if count}
        return rested | changed

    async def count(self, task: Task) -> Tally:
        await asyncio.sleep(0)
        since = counts_from(self.traffic[task]) if task in self.traffic else None
        events = [k.event for k in self.kept.values() if k.event and Task(k.event.tenant, k.event.task_type) == task]
        heard = [e for e in events if since is None or e.occurred_at > since]
        before = self.tallies.get(task, Tally())
        return replace(
            before,
            corrections=sum(
                (bool(e.corrections) or e.reference is not None) and e.score_source != "rating" for e in heard
            ),
            ratings=sum(e.rated for e in heard),
            negative=sum(e.rating == "negative" for e in heard),
            drifted=any(a.state == "open" for a in self.drifts.values() if Task(a.tenant, a.task_type or "") == task),
        )

    async def keep(self, task: Task, tally: Tally, look_again: datetime | None) -> bool:
        await asyncio.sleep(0)
        before = self.tallies.get(task, Tally())
        if (before.triggers, before.counts) != (tally.triggers, tally.counts):
            return False
        self.tallies[task] = replace(tally, counts=tally.counts + 1)
        self.looks.pop(task, None)
        if look_again:
            self.looks[task] = look_again
        return True

    async def trigger(self, event: RetrainingFellDue, tally: Tally, cool_down: timedelta) -> bool:
        await asyncio.sleep(0)
        task = Task(event.tenant, event.task_type)
        before = self.tallies[task]
        rested = before.triggered_at is None or before.triggered_at <= event.occurred_at - cool_down
        if before.triggers != tally.triggers or not rested:
            return False
        self.tallies[task] = replace(before, triggers=before.triggers + 1, triggered_at=event.occurred_at)
        self.looks[task] = event.occurred_at + cool_down
        self.events.append(event)
        return True

    async def counted(self, feedback: Collection[Uncounted], changes: Mapping[Task, Changes]) -> None:
        await asyncio.sleep(0)
        for mark in feedback:
            for kept in self.kept.values():
                if feedback_id(kept.saved.said) == mark.feedback_id and kept.uncounted == mark.revision:
                    kept.uncounted = 0
        for task, change in changes.items():
            if self.changes.get(task) == change.number:
                self.changes[task] = 0

    def _change(self, task: Task) -> None:
        self.number += 1
        self.changes[task] = self.number

    async def assign(self, traffic: TrafficAssigned) -> None:
        task = Task(traffic.tenant, traffic.task_type)
        if task not in self.traffic or self.traffic[task].revision < traffic.revision:
            self.traffic[task] = traffic
        self._change(task)

    async def drift(self, alert: AlertChanged) -> None:
        which, task = (alert.tenant, alert.alert_id), Task(alert.tenant, alert.task_type or "")
        if which not in self.drifts or self.drifts[which].occurred_at < alert.occurred_at:
            self.drifts[which] = alert
        self._change(task)
