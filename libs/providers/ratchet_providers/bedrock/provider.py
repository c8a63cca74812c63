"""AWS Bedrock's Converse and ConverseStream, for every model behind them. Speaks the wire format itself."""

import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.bedrock.answer import understood
from ratchet_providers.bedrock.credentials import Credentials, Token
from ratchet_providers.bedrock.eventstream import FrameError, Frames
from ratchet_providers.bedrock.failures import failure
from ratchet_providers.bedrock.families import Family, family_of
from ratchet_providers.bedrock.request import asked
from ratchet_providers.bedrock.signing import CONTENT_TYPE, UNRESERVED, Place, Signer
from ratchet_providers.bedrock.stream import ConverseStream
from ratchet_providers.chat_shape import Chunk, Completion
from ratchet_providers.failing import ProviderError
from ratchet_providers.transport import BODY_LIMIT, Patience, arriving, whole
from ratchet_providers.wire import Endpoint, Wire

REGION: Final = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")
WHOLE: Final = "converse"
STREAM: Final = "converse-stream"
DOMAINS: Final[Mapping[str, str]] = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}  # by how the region begins


class Bedrock:
    """`base_url` is the region's where it is empty; a private endpoint's, say, where it is not. Raises ValueError where
    it or the region is none.

    `like`: the id of a model of the same family, where a model's own does not tell it, as an ARN does not. `also`:
    fields of Converse for every request, such as guardrailConfig; they go before what a caller says.
    """

    def __init__(
        self,
        wire: Wire,
        region: str,
        credentials: Credentials,
        *,
        base_url: str = "",
        like: str = "",
        also: Mapping[str, Any] | None = None,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self._wire, self._credentials, self._limit = wire, credentials, body_limit
        self._base_url = base_url.rstrip("/") or region_url(region)
        Endpoint.of(self._base_url, {})  # a wrong URL is wrong now, not with the first request
        self._like, self._also = like, also or {}
        self._signer = Signer(region)
        self._places: dict[tuple[str, str], tuple[Place, Endpoint]] = {}  # by model and operation

    def family(self, model: str) -> Family:
        """What it can do: whether it `continues`, for one."""
        return family_of(self._like or model)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        its = asked(request, self.family(request.model), self._also)
        endpoint = self._signed(request.model, WHOLE, its.body)
        try:
            answer = await whole(self._wire, endpoint, its.body, request.limits, limit=self._limit, failing=failure)
        except ProviderError as error:
            raise self._heard(error) from error.__cause__
        frame = Completion(id=_id(), created=int(time.time()), model=request.model, choices=[])
        return understood(answer.body, request, its, frame)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        its = asked(request, self.family(request.model), self._also)
        endpoint = self._signed(request.model, STREAM, its.body)
        patience = Patience(request.limits)
        frames = Frames()
        said = ConverseStream(its, Chunk(id=_id(), created=int(time.time()), model=request.model))
        coming = arriving(self._wire, endpoint, its.body, request.limits, patience, failing=failure)
        try:
            async with aclosing(coming):
                async for came in coming:
                    if pieces := said.pieces(frames.feed(came)):
                        if said.shown:
                            patience.shown()
                        yield pieces
                    if said.done:
                        break
                    if said.stopped:
                        patience.ended()
        except FrameError as error:
            if not said.stopped:
                raise ProviderError("malformed", str(error)) from error
        except ProviderError as error:
            if not said.stopped:
                raise self._heard(error) from error.__cause__
        said.ended()

    def _signed(self, model: str, operation: str, body: bytes) -> Endpoint:
        """Raises ProviderError where the credentials cannot be read any more."""
        place, endpoint = self._place(model, operation)
        who = self._credentials.current()
        if isinstance(who, Token):
            return endpoint.saying(f"Authorization: Bearer {who.value}\r\n".encode())
        return endpoint.saying(self._signer.headers(who, place, body, time.time()))

    def _place(self, model: str, operation: str) -> tuple[Place, Endpoint]:
        known = self._places.get((model, operation))
        if known is None:
            url = f"{self._base_url}/model/{quote(model, safe=UNRESERVED)}/{operation}"
            known = Place.of(url), Endpoint.of(url, {"Content-Type": CONTENT_TYPE})
            self._places[model, operation] = known
        return known

    def _heard(self, error: ProviderError) -> ProviderError:
        if error.kind == "unauthorized":
            self._credentials.forget()
        return error


def region_url(region: str) -> str:
    if not REGION.fullmatch(region):
        raise ValueError("A region of AWS is written like us-east-1.")
    domain = next((domain for begins, domain in DOMAINS.items() if region.startswith(begins)), "amazonaws.com")
    return f"https://bedrock-runtime.{region}.{domain}"


def _id() -> str:
    return f"chatcmpl-{uuid4().hex}"
