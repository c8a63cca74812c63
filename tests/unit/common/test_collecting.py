import asyncio
import gc
import weakref

from ratchet_common.collecting import collect, put_off, settle


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


def test_what_is_put_off_begins_with_the_service() -> None:
    before = gc.get_threshold()
    put_off()
    try:
        assert not gc.isenabled()
        settle()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.set_threshold(*before)
