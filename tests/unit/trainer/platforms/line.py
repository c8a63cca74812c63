"""The line to a platform: it counts what is asked, and may lose an answer on its way back."""

from collections import Counter

import httpx2


class Line(httpx2.AsyncBaseTransport):
    """`asked`: how often, by method and path. `lost`: those of which the next answer does not arrive."""

    def __init__(self, far_end: httpx2.AsyncBaseTransport) -> None:
        self._far_end = far_end
        self.asked: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        what = f"{request.method} {request.url.path}"
        self.asked[what] += 1
        answer = await self._far_end.handle_async_request(request)
        if not self.lost[what]:
            return answer
        self.lost[what] -= 1
        await answer.aread()  # it was done
        await answer.aclose()
        raise httpx2.RemoteProtocolError("The line went dead.", request=request)

    async def aclose(self) -> None:
        await self._far_end.aclose()
