import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import PROJECT, ImitatedGoogle, imitated_google

BUCKET = "acme-training"
PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    .decode()
)


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
async def google() -> AsyncIterator[ImitatedGoogle]:
    async with imitated_google() as imitation:
        yield imitation


@pytest.fixture
def settings(google: ImitatedGoogle, tmp_path: Path) -> VertexSettings:
    key = {"type": "service_account", "client_email": "a@acme.iam", "private_key": PEM}
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key | {"token_uri": f"{google.url}/token"}))
    return VertexSettings(
        vertex_project=PROJECT,
        vertex_bucket=BUCKET,
        vertex_credentials=f"file:{path}",
        vertex_base_url=google.url,
        vertex_storage_url=google.url,
        vertex_timeout_s=20,
    )


@pytest.fixture
async def vertex(settings: VertexSettings) -> AsyncIterator[VertexPlatform]:
    platform = VertexPlatform(settings)
    yield platform
    await platform.close()
