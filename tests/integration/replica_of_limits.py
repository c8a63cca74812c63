"""A replica that takes slices and is killed with them: run as a process of its own by test_limits.py."""

import asyncio
import sys
from decimal import Decimal

from ratchet_common import mongo
from ratchet_common.limits import Limits
from ratchet_router.limits.admission import Admission
from ratchet_router.limits.admitted import Estimate
from ratchet_router.limits.file import LimitsFile, Scheme
from ratchet_router.limits.subjects import Who
from ratchet_router.limits_store import MongoLimitsStore


async def main(url: str, name: str, tenant: str, requests: int) -> None:
    """Spends 0.01 USD of its tenant's dollar with each request, says so, and waits for its end."""
    database = mongo.database(mongo.connect(url), name)
    file = LimitsFile(Scheme(tenant=Limits(day_usd=Decimal(1))))
    admission = Admission(MongoLimitsStore(database), file, tracked=10, without_store="closed")
    for _ in range(requests):
        (await admission.admit(Who(tenant=tenant, key="k"), Estimate(Decimal("0.01"), 1))).settle(Decimal("0.01"), 1)
    print("spent", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
