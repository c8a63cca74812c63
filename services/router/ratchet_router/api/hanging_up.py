"""Has the client hung up? Asked of the server without waiting."""

from fastapi import Request


async def hung_up(request: Request) -> bool:
    """Once the body was read, all that can come is the end of the connection.

    One step of `receive` shows whether it is there. The cancel scope that Starlette's `is_disconnected` opens for the
    same costs a tenth of the whole request.
    """
    waiting = request.receive()
    try:
        waiting.send(None)  # type: ignore[attr-defined]  # what ASGI servers give is a coroutine
    except StopIteration as there:
        return bool(there.value["type"] == "http.disconnect")
    finally:
        waiting.close()  # type: ignore[attr-defined]
    return False
