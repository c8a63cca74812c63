import asyncio

import pytest

from ratchet_providers.failing import ProviderError
from ratchet_router.gate import Cap, Gate, Gates


async def test_no_more_than_the_cap_are_inside_and_all_get_their_turn_in_order() -> None:
    gate = Gate(Cap(at_once=3, waiting=100))
    inside, most, order = 0, 0, []

    async def one(number: int) -> None:
        nonlocal inside, most
        async with gate.inside(5):
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(one(n) for n in range(50)))
    assert (most, order) == (3, list(range(50)))


async def test_beyond_those_who_may_wait_one_is_turned_away_at_once() -> None:
    gate = Gate(Cap(at_once=1, waiting=1))
    async with gate.inside(1):
        waiting = asyncio.create_task(_through(gate))
        await asyncio.sleep(0)
        with pytest.raises(ProviderError) as busy:
            await _through(gate)
        assert busy.value.kind == "busy"
    await waiting


async def test_whose_turn_does_not_come_in_time_leaves_the_queue() -> None:
    gate = Gate(Cap(at_once=1, waiting=5))
    async with gate.inside(1):
        with pytest.raises(ProviderError):
            await _through(gate, 0.01)
        assert gate.waiting == 0
    await _through(gate)


async def test_places_survive_those_who_leave_at_any_moment() -> None:
    gate = Gate(Cap(at_once=2, waiting=100))
    tasks = [asyncio.create_task(_through(gate, 1, held_s=0.002)) for _ in range(60)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0.0005)
        if number % 3:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(1), gate.inside(1), gate.inside(1):
        assert gate.waiting == 0


async def test_without_a_cap_nobody_waits() -> None:
    gate = Gate(Cap())
    async with gate.inside(0.001), gate.inside(0.001):
        assert gate.waiting == 0


async def _through(gate: Gate, patience_s: float = 1, held_s: float = 0) -> None:
    async with gate.inside(patience_s):
        await asyncio.sleep(held_s)


async def test_a_changed_cap_counts_those_who_are_inside_already() -> None:
    gates = Gates({"up": Cap(at_once=2, waiting=5)})
    gate = gates.of("up")
    assert gate is not None
    async with gate.inside(1), gate.inside(1):
        gates.use({"up": Cap(at_once=1, waiting=0)})
        with pytest.raises(ProviderError):
            await _through(gate)
    await _through(gate)
    assert gates.of("up") is gate


@pytest.mark.parametrize("wider", [{"up": Cap(at_once=2)}, {"up": Cap()}, {}])
async def test_those_who_wait_come_in_when_there_is_more_room(wider: dict[str, Cap]) -> None:
    gates = Gates({"up": Cap(at_once=1)})
    gate = gates.of("up")
    assert gate is not None
    async with gate.inside(1):
        waiting = asyncio.create_task(_through(gate))
        await asyncio.sleep(0)
        gates.use(wider)
        await asyncio.wait_for(waiting, 1)
