import asyncio

import pytest

from ratchet_trainer.tuning.rounds import AT_ONCE_ELSEWHERE, side_by_side


class Rounds:
    """The one of the number `fails` fails; those after it take longer."""

    def __init__(self, *, fails: int, finds: bool = True) -> None:
        self.begun, self.ended = 0, 0
        self._fails, self._finds = fails, finds

    async def round(self) -> bool:
        self.begun += 1
        if self.begun == self._fails:
            raise ValueError("It failed.")
        if self.begun > self._fails > 0:
            await asyncio.sleep(0.01)
        self.ended += 1
        return self._finds


async def test_what_one_round_raises_comes_out_once_all_have_ended() -> None:
    rounds = Rounds(fails=2)
    with pytest.raises(ValueError, match=r"It failed\."):
        await side_by_side(rounds.round)
    assert (rounds.begun, rounds.ended) == (AT_ONCE_ELSEWHERE, AT_ONCE_ELSEWHERE - 1)


async def test_where_the_first_fails_or_finds_nothing_to_do_the_others_do_not_look() -> None:
    broken, idle = Rounds(fails=1), Rounds(fails=0, finds=False)
    with pytest.raises(ValueError, match=r"It failed\."):
        await side_by_side(broken.round)
    assert not await side_by_side(idle.round)
    assert (broken.begun, idle.begun) == (1, 1)


async def test_a_round_that_did_something_says_so_for_all() -> None:
    rounds = Rounds(fails=0)
    assert await side_by_side(rounds.round)
    assert rounds.ended == AT_ONCE_ELSEWHERE
