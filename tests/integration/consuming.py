"""A consuming process of its own, so that it can be killed: `python -m tests.integration.consuming SETTINGS_AS_JSON`.

It keeps predictions as the feedback service does, and fails on those of the model `poison`.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from ratchet_common.events import PredictionMade
from ratchet_common.service import at_work, connections
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import PREDICTIONS

POISON = "poison"


async def consume(settings: CommonSettings, name: str) -> None:
    async with connections(name, settings) as its:
        kept = its.database.kept

        async def keep(made: Sequence[PredictionMade]) -> None:
            if any(event.model == POISON for event in made):
                raise ValueError("a bug that only some events hit")
            from ratchet_common.mongo import duplicates_are_fine, waiting_is_worth_it

            with waiting_is_worth_it(), duplicates_are_fine():
                await kept.insert_many([{"_id": str(event.result_id), "tenant": event.tenant} for event in made], ordered=False)

        its.hear(PREDICTIONS, keep)
        async with at_work(its, {}):
            print("consuming", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(consume(CommonSettings(**given), sys.argv[2]))
