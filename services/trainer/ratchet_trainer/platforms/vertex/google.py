"""Vertex AI by Google's own client and Cloud Storage by its JSON API, over one HTTP client and with one account.

Storage's own client would bring eight more packages, blocks, and tries again by itself; four calls need none of that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx2
from google import genai
from google.auth.exceptions import GoogleAuthError
from google.genai.errors import APIError
from google.genai.tunings import AsyncTunings
from google.genai.types import HttpOptions
from google.oauth2.credentials import Credentials

from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.accounts import AccountError, account_named
from ratchet_providers.gemini.tokens import GoogleTokens
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError
from ratchet_trainer.platforms.vertex.failing import CREDENTIALS, MORE_TO_COME, UnknownCallerError, brief, failure
from ratchet_trainer.platforms.vertex.settings import VertexSettings

T = TypeVar("T")
CONNECT_S: Final = 10.0
VERSION: Final = "v1"
GARBAGE: Final = (AttributeError, KeyError, TypeError, ValueError)  # how an answer of another shape shows


@dataclass(frozen=True, slots=True)
class Clients:
    """`held`: the token, where Google's client looks for it; it never renews one by itself."""

    http: httpx2.AsyncClient
    tunings: AsyncTunings
    held: Credentials


class Google:
    """One object an event loop. Nothing is asked or read before the first call."""

    def __init__(self, settings: VertexSettings) -> None:
        self._settings = settings
        self._clients: Clients | None = None
        self._making = asyncio.Lock()
        try:
            self._tokens = GoogleTokens(account_named(settings.vertex_credentials))
        except AccountError as error:
            raise UnknownCallerError(f"TRAINER_VERTEX_CREDENTIALS is wrong: {error}") from None

    async def close(self) -> None:
        if self._clients is not None:
            await self._clients.http.aclose()

    async def tune(self, doing: str, work: Callable[[AsyncTunings], Awaitable[T]]) -> T:
        """`doing`: for the sentence of a failure, as in "Google did not <create the job a>".

        Raises PlatformAwayError, or PlatformRefusedError with its kinds of `failing`.
        """
        return await self._let_in(doing, lambda clients: work(clients.tunings))

    async def store(
        self,
        doing: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> httpx2.Response:
        """`url`: whole, or what follows the host of Cloud Storage. `content`: as httpx2 takes it. Raises as `tune`."""
        url = f"{self._settings.vertex_storage_url.rstrip('/')}{url}" if url.startswith("/") else url

        async def work(clients: Clients) -> httpx2.Response:
            let_in = {"Authorization": f"Bearer {clients.held.token}"} | dict(headers or {})
            answer = await clients.http.request(method, url, headers=let_in, **content)
            if not answer.is_success and answer.status_code != MORE_TO_COME:
                raise _of_storage(doing, answer)
            return answer

        return await self._let_in(doing, work)

    async def _let_in(self, doing: str, work: Callable[[Clients], Awaitable[T]]) -> T:
        """Once more where Google does not know the token: the account's key may be another one since."""
        try:
            return await self._tried(doing, work)
        except UnknownCallerError:
            self._tokens.refused()
            return await self._tried(doing, work)

    async def _tried(self, doing: str, work: Callable[[Clients], Awaitable[T]]) -> T:
        clients = await self._made()
        clients.held.token = await self._token()
        try:
            async with asyncio.timeout(self._settings.vertex_timeout_s):
                return await work(clients)
        except APIError as error:
            raise _of_vertex(doing, error) from None
        except (TimeoutError, httpx2.TransportError, GoogleAuthError) as error:
            raise PlatformAwayError(f"Google did not {doing}: it did not answer ({type(error).__name__}).") from None
        except GARBAGE as error:
            raise PlatformAwayError(
                f"Google did not {doing}: its answer cannot be read ({type(error).__name__})."
            ) from None

    async def _made(self) -> Clients:
        async with self._making:
            if self._clients is None:
                self._clients = connect(self._settings)
            return self._clients

    async def _token(self) -> str:
        try:
            return await self._tokens.current()
        except ProviderError as error:
            if error.kind == "unauthorized":
                raise UnknownCallerError(f"Google lets nobody in: {brief(error.detail)} {CREDENTIALS}") from None
            raise PlatformAwayError(f"Google gives no token: {brief(error.detail)}") from None


def connect(settings: VertexSettings) -> Clients:
    """Google's client is given ours: with one of its own it would send again what was lost, and create a job twice."""
    http = httpx2.AsyncClient(timeout=httpx2.Timeout(settings.vertex_timeout_s, connect=CONNECT_S))
    held = Credentials(token="none yet")  # noqa: S106
    options = HttpOptions(
        base_url=settings.vertex_base_url or None,
        api_version=VERSION,
        timeout=round(settings.vertex_timeout_s * 1000),
        httpx_async_client=http,
    )
    client = genai.Client(
        vertexai=True,
        project=settings.vertex_project,
        location=settings.vertex_location,
        credentials=held,
        http_options=options,
    )
    return Clients(http, client.aio.tunings, held)


def _of_vertex(doing: str, error: APIError) -> PlatformAwayError | PlatformRefusedError:
    headers = getattr(error.response, "headers", {})
    after = str(headers.get("retry-after", ""))
    return failure(doing, error.code, str(error.message or ""), status=str(error.status or ""), retry_after=after)


def _of_storage(doing: str, answer: httpx2.Response) -> PlatformAwayError | PlatformRefusedError:
    try:
        said = str(answer.json()["error"]["message"])
    except GARBAGE:
        said = answer.text
    return failure(doing, answer.status_code, said, retry_after=answer.headers.get("retry-after", ""))
