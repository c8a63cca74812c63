import asyncio

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_trainer.leased import OvertakenError, while_held


class Lease:
    def __init__(self, *answers: bool | Exception) -> None:
        self._answers = list(answers)
        self.asked = asyncio.Event()

    async def renew(self) -> bool:
        if not self._answers:
            self.asked.set()
            return True
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_work_goes_on_while_its_lease_is_renewed() -> None:
    lease = Lease(True, RetryLaterError("the store is away"), True)

    async def work() -> str:
        await lease.asked.wait()
        return "done"

    assert await while_held(work(), lease.renew, every=0.001) == "done"


async def test_work_whose_lease_is_lost_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(OvertakenError):
        await while_held(work(), Lease(True, False).renew, every=0.001)
    assert cancelled.is_set()


async def test_what_the_work_raises_comes_out() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await while_held(work(), Lease().renew, every=0.001)
