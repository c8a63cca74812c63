"""A consuming process of its own, so that it can be killed: `python -m tests.integration.consuming NAME AWAY SETTINGS`.

It keeps predictions in the database NAME and fails on those of the model `poison`. For its first AWAY seconds its store
seems to be away. It says `consuming` when it has joined its group.
"""

import asyncio
import sys
from collections.abc import Sequence

import msgspec

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import duplicates_are_fine, waiting_is_worth_it
from ratchet_common.service import at_work, connections
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import PREDICTIONS

POISON = "poison"


async def consume(name: str, away_s: float, settings: CommonSettings) -> None:
    async with connections(name, settings) as its:
        kept, began = its.database.kept, asyncio.get_running_loop().time()

        async def keep(made: Sequence[PredictionMade]) -> None:
            if asyncio.get_running_loop().time() < began + away_s:
                raise RetryLaterError("The store is away.")
            if any(event.model == POISON for event in made):
                raise ValueError("a bug that only some events hit")
            documents = [{"_id": str(event.result_id), "tenant": event.tenant} for event in made]
            with waiting_is_worth_it(), duplicates_are_fine():
                await kept.insert_many(documents, ordered=False)

        its.hear(PREDICTIONS, keep)
        async with at_work(its, {}):
            sys.stdout.write("consuming\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    given = msgspec.json.decode(sys.argv[3])
    asyncio.run(consume(sys.argv[1], float(sys.argv[2]), CommonSettings(**given)))
