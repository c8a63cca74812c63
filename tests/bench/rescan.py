"""How fast a finished file is looked through before it is uploaded: texts of 1 kB, two worker processes.

The texts are turns of meetings (QMSum, MIT), scrubbed as they would be: what is measured is what an upload waits for.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from ratchet_common.workers import Workers
from ratchet_trainer.collecting.preparing import scrubbed_of
from ratchet_trainer.privacy.finding.sought import DIRECTLY
from ratchet_trainer.privacy.rescan import Rescan, rescanned
from tests.bench.figure import Figure
from tests.bench.public_data import questions

GOAL: Final = 150
TEXTS, LENGTH, PROCESSES = 1_500, 1_000, 2


def run() -> list[Figure]:
    texts = [text for one in scrubbed_texts() for text in one]
    result, seconds = asyncio.run(_measured([_line(text) for text in texts]))
    speed = len(texts) / seconds
    left = sum(result.counts.values())
    return [
        Figure("scan before an upload: texts of 1 kB, two processes", speed, "texts/s", f"≥ {GOAL}", speed >= GOAL),
        Figure("scan before an upload: left in what was scrubbed", left, "places", "0", left == 0),
    ]


def scrubbed_texts() -> list[tuple[str, ...]]:
    documents = dict.fromkeys(question.example.document for question in questions("train"))
    whole = "\n".join(documents)
    return [scrubbed_of((whole[start : start + LENGTH],)).texts for start in range(0, TEXTS * LENGTH, LENGTH)]


def _line(text: str) -> bytes:
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": "Done."}]
    return msgspec.json.encode({"messages": turns}) + b"\n"


async def _measured(lines: Sequence[bytes]) -> tuple[Rescan, float]:
    async with Workers(PROCESSES) as workers:
        await asyncio.gather(*(rescanned(_each(lines[:1]), workers, DIRECTLY) for _ in range(4 * PROCESSES)))  # loaded
        started = time.perf_counter()
        result = await rescanned(_each(lines), workers, DIRECTLY)
        return result, time.perf_counter() - started


async def _each(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line
