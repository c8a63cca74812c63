"""Gemini's Developer API: one key, and the models by name."""

from urllib.parse import quote

from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.gemini.embedding_ways import of_developers
from ratchet_providers.gemini.embeddings import GoogleEmbeddings
from ratchet_providers.gemini.generate import GenerateContent
from ratchet_providers.secrets import Secret
from ratchet_providers.transport import BODY_LIMIT
from ratchet_providers.wire import Endpoint, Wire


class DeveloperApi:
    """`base_url` with the version, such as https://host/v1beta."""

    ids = True

    def __init__(self, base_url: str, key: Secret) -> None:
        self._base_url, self._key = base_url.rstrip("/"), key
        self._endpoints: dict[tuple[str, str], tuple[str, Endpoint]] = {}  # with the key that each holds

    async def endpoint(self, model: str, method: str) -> Endpoint:
        key = self._key.current()
        known = self._endpoints.get((model, method))
        if known is None or known[0] != key:
            path = model if "/" in model else f"models/{model}"
            headers = {"Content-Type": "application/json"} | ({"x-goog-api-key": key} if key else {})
            made = Endpoint.of(f"{self._base_url}/{quote(path, safe='/@')}:{method}", headers)
            known = self._endpoints[model, method] = key, made
        return known[1]

    def refused(self) -> None:
        self._key.forget()


class Gemini(GenerateContent):
    """An empty key sends none."""

    def __init__(
        self, wire: Wire, base_url: str, key: Secret, *, continues: bool = False, body_limit: int = BODY_LIMIT
    ) -> None:
        place = DeveloperApi(base_url, key)
        super().__init__(wire, place, continues=continues, body_limit=body_limit)
        self._embeddings = GoogleEmbeddings(wire, place, of_developers, body_limit)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError."""
        return await self._embeddings.embed(request)
