"""From an answered turn to where the next one goes."""

from ratchet_common.events import QualityMeasured
from ratchet_router.answer import answer
from ratchet_router.ask import Ask
from tests.unit.router.asks import ask
from tests.unit.router.fakes import World, settings


async def still_there() -> bool:
    return False


async def model_of(world: World, request: Ask) -> str:
    return (await answer(request, world.parts, still_there)).model


def turn(number: int, session: str | None = "s") -> Ask:
    return ask(f"Turn {number}.", session=session)


async def test_a_conversation_keeps_its_model_when_another_one_becomes_the_best() -> None:
    world = World()
    assert await model_of(world, turn(1)) == "small"
    worst = QualityMeasured(
        tenant="acme", task_type="classification", model="small", score=0.0, n=10**6, interval=(0.0, 0.0)
    )
    await world.knows(quality=[worst])
    assert await model_of(world, turn(2, session=None)) != "small"
    assert await model_of(world, turn(3)) == "small"


async def test_a_conversation_comes_back_to_its_model_when_that_is_well_again() -> None:
    world = World()
    assert await model_of(world, turn(1)) == "small"
    world.models["small"].fails = "unavailable"
    assert await model_of(world, turn(2)) != "small"
    world.models["small"].fails = None
    assert await model_of(world, turn(3)) == "small"


async def test_explored_requests_go_elsewhere_and_the_event_says_so() -> None:
    world = World(settings=settings(explore=0.5))
    found = {await model_of(world, turn(number, session=None)) for number in range(40)}
    assert {"small"} < found
    explored = [event for event in world.store.held if event.model != "small"]
    assert all("explored" in event.decision.reasons[-1] for event in explored)
