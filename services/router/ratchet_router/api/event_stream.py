"""A response of server-sent events, written as they come."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from ratchet_common import breaking_off
from ratchet_common.alarms import Within
from ratchet_common.edge import HUNG_UP
from ratchet_router.api.faults import fault
from ratchet_router.api.hanging_up import Callers, HungUpError, StoppingError
from ratchet_router.shapes.shape import Failure, Frames

READ_PATIENCE_S = 60.0  # for a client that takes nothing
NOT_TO_BE_HELD = {"cache-control": "no-cache", "x-accel-buffering": "no"}  # by what stands in between


class EventStream(Response):
    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncGenerator[bytes, None], frames: Frames, headers: Mapping[str, str], callers: Callers
    ) -> None:
        super().__init__(headers={**headers, **NOT_TO_BE_HELD})
        del self.headers["content-length"]
        self._events, self._frames, self._callers = events, frames, callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One who hangs up, or takes nothing for a minute, ends it: the work upstream as well."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            with self._callers.watching(Request(scope, receive)):
                async with aclosing(self._events) as events:
                    async for event in events:
                        with Within(READ_PATIENCE_S):
                            await send({"type": "http.response.body", "body": event, "more_body": True})
        except (HungUpError, TimeoutError):
            breaking_off.note(HUNG_UP)
            return
        except StoppingError as error:
            breaking_off.note(error.status)
            said = self._frames.failed(Failure(error.status, error.type, error.detail, retry_after_s=1))
            await send({"type": "http.response.body", "body": said, "more_body": True})
        except Exception as error:  # noqa: BLE001  the edge of a stream: only here its caller can still be told
            ours = fault(Request(scope), error)
            breaking_off.note(ours.status)
            said = self._frames.failed(Failure(ours.status, ours.type, ours.detail))
            await send({"type": "http.response.body", "body": said, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
