"""Jobs whose files may have what was erased are marked, and have these removed by whoever works on jobs."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.store.jobs import BEGUN_THERE, LEFT
from ratchet_trainer.tuning.jobs import OPEN

ENDED: Document = {"state": {"$nin": [str(state) for state in OPEN]}}
WITH_FILES: Document = {"files.train": {"$exists": True}}


async def mark_jobs(jobs: AsyncCollection[Document], of_them: Document, marks: Sequence[str], at: datetime) -> None:
    """`of_them`: the jobs of a dataset that held it. What was kept of those that have ended is removed as what is left
    of others is. `marks`: of users who were forgotten, and of documents that were deleted.
    """
    mark = {"$addToSet": {"erasures": {"$each": list(marks)}}}
    to_tidy = {"left": True, "due_at": at, "misses": 0, "away_since": None}
    with waiting_is_worth_it():
        for at_platform in (BEGUN_THERE, LEFT, WITH_FILES):
            await jobs.update_many({**of_them, **at_platform}, mark)
        marked = {**of_them, **WITH_FILES, "erasures": {"$in": list(marks)}}
        await jobs.update_many({**marked, **ENDED, "left": False}, {"$set": to_tidy})
