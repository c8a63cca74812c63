import asyncio
import gc
import weakref

from ratchet_common.collecting import collect


class Held:
    me: "Held"


async def test_what_only_holds_itself_goes_after_a_while() -> None:
    gc.disable()
    collecting = asyncio.create_task(collect(0.01))
    try:
        held = Held()
        held.me = held
        seen = weakref.ref(held)
        del held
        async with asyncio.timeout(10):
            while seen() is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
        collecting.cancel()
