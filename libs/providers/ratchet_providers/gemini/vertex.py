"""Gemini on Vertex AI: a project, a location, and a token that changes every hour."""

from typing import Final
from urllib.parse import quote

from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.gemini.embedding_ways import of_vertex
from ratchet_providers.gemini.embeddings import GoogleEmbeddings
from ratchet_providers.gemini.generate import GenerateContent
from ratchet_providers.gemini.tokens import Tokens
from ratchet_providers.transport import BODY_LIMIT
from ratchet_providers.wire import Endpoint, Wire

MULTI_REGIONS: Final = ("us", "eu")


def base_url_of(location: str) -> str:
    """Google's, for a region, a multi-region, or `global`."""
    if location == "global":
        return "https://aiplatform.googleapis.com/v1"
    if location in MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com/v1"
    return f"https://{location}-aiplatform.googleapis.com/v1"


class VertexAi:
    ids = False  # calls and results are matched by name and order

    def __init__(self, base_url: str, project: str, location: str, tokens: Tokens) -> None:
        self._root = f"{base_url.rstrip('/')}/projects/{quote(project, safe=':')}/locations/{quote(location)}"
        self._tokens = tokens
        self._endpoints: dict[tuple[str, str], tuple[str, Endpoint]] = {}  # with the token that each holds

    async def endpoint(self, model: str, method: str) -> Endpoint:
        """A model's name alone is one of Google's; tuned ones are called endpoints/ID."""
        token = await self._tokens.current()
        known = self._endpoints.get((model, method))
        if known is None or known[0] != token:
            path = model if "/" in model else f"publishers/google/models/{model}"
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            made = Endpoint.of(f"{self._root}/{quote(path, safe='/@')}:{method}", headers)
            known = self._endpoints[model, method] = token, made
        return known[1]

    def refused(self) -> None:
        self._tokens.refused()


class Vertex(GenerateContent):
    """`base_url`: another one than Google's for this location, with the version."""

    def __init__(
        self,
        wire: Wire,
        project: str,
        location: str,
        tokens: Tokens,
        *,
        base_url: str = "",
        continues: bool = False,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        place = VertexAi(base_url or base_url_of(location), project, location, tokens)
        super().__init__(wire, place, continues=continues, body_limit=body_limit)
        self._embeddings = GoogleEmbeddings(wire, place, of_vertex, body_limit)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError."""
        return await self._embeddings.embed(request)
