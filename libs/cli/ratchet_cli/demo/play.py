"""The demo: users ask and correct until a better version serves, or until there is nothing left to ask."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from ratchet_cli.demo.corpus import Corpus, Item
from ratchet_cli.demo.report import Measured, Outcome
from ratchet_cli.demo.users import Answer, Users, side_by_side
from ratchet_cli.demo.watch import Seen, look

LOOK_EVERY_S = 0.5
MOST_TRAFFIC = 8_000  # requests while a version is on trial
PATIENCE_S = 900.0  # for a training, or for the trial

Tell = Callable[[str, int], None]  # (stage, requests so far)


@dataclass(slots=True)
class Progress:
    tell: Tell
    requests: int = 0
    stage: str = ""

    def count(self, _: Answer) -> None:
        self.requests += 1
        self.tell(self.stage, self.requests)

    def enter(self, stage: str) -> None:
        self.stage = stage
        self.tell(stage, self.requests)


async def play(corpus: Corpus, users: Users, tell: Tell, *, shuffled: bool) -> Outcome:
    """`Outcome.events` is left empty: who started the stack counts them."""
    started = time.monotonic()
    progress = Progress(tell)
    before = await _measure(corpus, users, progress, "held-out requests, before")
    await _correct(corpus, users, progress)
    way: list[str] = []
    seen = await _until_over(corpus, users, progress, way)
    after = await _measure(corpus, users, progress, "held-out requests, after")
    return Outcome(
        corpus=corpus.name,
        task_type=corpus.task_type,
        before=before,
        after=after,
        commonest=corpus.commonest_answer_accuracy(),
        events={},
        way=tuple(way),
        version=seen.version,
        state=seen.version_state,
        why=seen.why,
        seconds=time.monotonic() - started,
        shuffled=shuffled,
    )


async def _measure(corpus: Corpus, users: Users, progress: Progress, stage: str) -> Measured:
    """Asks the held-out requests; nothing may be learned from them."""
    progress.enter(stage)
    answers: list[Answer] = []

    async def ask(item: Item, number: int) -> Answer:
        answer = await users.ask(item, session=f"{stage}/{number}", collect=False)
        answers.append(answer)
        return answer

    await side_by_side(ask, corpus.held_out, progress.count, asyncio.Event())
    return Measured.of(answers)


async def _correct(corpus: Corpus, users: Users, progress: Progress) -> None:
    progress.enter("users ask, and correct what is wrong")

    async def ask(item: Item, number: int) -> Answer:
        return await users.ask_and_judge(item, session=item.session or f"training/{number}")

    await side_by_side(ask, corpus.training, progress.count, asyncio.Event())


async def _until_over(corpus: Corpus, users: Users, progress: Progress, way: list[str]) -> Seen:
    """Waits for the training, then asks on while the version is on trial."""
    seen, stop = Seen(), asyncio.Event()
    end = time.monotonic() + PATIENCE_S

    async def watch() -> None:
        nonlocal seen
        while time.monotonic() < end and not seen.over:
            seen = await look(users, corpus.task_type)
            _note(seen, way, progress)
            if seen.version_state == "canary" and not asking.done():
                trial.set()
            await asyncio.sleep(LOOK_EVERY_S)
        stop.set()
        trial.set()

    async def ask_on() -> None:
        await trial.wait()
        if not stop.is_set():
            await side_by_side(_ask_again(users), _traffic(corpus), progress.count, stop)

    trial = asyncio.Event()
    asking = asyncio.create_task(ask_on())
    try:
        await watch()
    finally:
        stop.set()
        trial.set()
        await asking
    return seen


def _ask_again(users: Users) -> Callable[[Item, int], Awaitable[Answer]]:
    async def ask(item: Item, number: int) -> Answer:
        return await users.ask_and_judge(item, session=f"traffic/{number}")

    return ask


def _traffic(corpus: Corpus) -> Iterator[Item]:
    return itertools.islice(itertools.cycle(corpus.traffic), MOST_TRAFFIC)


def _note(seen: Seen, way: list[str], progress: Progress) -> None:
    stage = seen.stage()
    if not way or way[-1].partition(": ")[2] != stage:
        way.append(f"after {progress.requests:,} requests: {stage}")
    progress.enter(stage)
