"""Where the tests tune at Vertex: settings that lead to an imitation of Google, and a key that it knows."""

import json
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import PROJECT, ImitatedGoogle

BUCKET = "acme-training"
ELSEWHERE = ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS")


def as_nobody(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing of this machine's own is looked at."""
    for name in ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(folder / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


def settings_of(google: ImitatedGoogle, folder: Path) -> VertexSettings:
    path = folder / "key.json"
    key = {"type": "service_account", "client_email": "a@acme.iam", "token_uri": f"{google.url}/token"}
    path.write_text(json.dumps(key | {"private_key": _pem()}))
    return VertexSettings(
        vertex_project=PROJECT,
        vertex_bucket=BUCKET,
        vertex_credentials=f"file:{path}",
        vertex_base_url=google.url,
        vertex_storage_url=google.url,
        vertex_timeout_s=20,
    )


@cache
def _pem() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
