"""Which index a URL names, and what is said of one that names none."""

from pathlib import Path
from typing import Any

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.qdrant import QdrantIndex
from ratchet_router.documents.index import index_of
from tests.unit.router.fakes import settings


def test_a_folder_and_an_object_store_are_lancedbs_and_a_server_is_qdrants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    assert isinstance(index_of(settings(index_url=folder.as_uri())), LanceIndex)
    assert folder.is_dir()
    assert isinstance(index_of(settings(index_url="s3://bucket/passages")), LanceIndex)
    assert isinstance(index_of(settings(index_url="qdrant+http://127.0.0.1:6333")), QdrantIndex)
    monkeypatch.setenv("QDRANT_KEY", "secret")
    assert isinstance(
        index_of(settings(index_url="qdrant+https://qdrant.example", index_key="env:QDRANT_KEY")), QdrantIndex
    )


@pytest.mark.parametrize(
    ("url", "how", "said"),
    [
        ("http://127.0.0.1:6333", {}, "or that of a Qdrant server"),
        ("file:relative", {}, "file: URL with an absolute path"),
        ("qdrant+http://", {}, "names no Qdrant server"),
        ("qdrant+http://host:port", {}, "names no Qdrant server"),
        ("qdrant+http://host", {"index_key": "secret words"}, "write env:NAME or file:PATH"),
        ("qdrant+http://host", {"index_key": "env:NOBODY_HAS_SET_IT"}, "NOBODY_HAS_SET_IT is not set"),
        ("qdrant+http://host", {"document_embeddings": "words"}, "ROUTER_DOCUMENT_EMBEDDING_LENGTH"),
        ("s3://bucket/passages", {"index_key": "env:PATH"}, "leave it out"),
    ],
)
def test_what_names_no_index_is_refused_at_the_start(url: str, how: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotStartError, match=said) as refused:
        index_of(settings(index_url=url, **how))
    assert "secret words" not in str(refused.value)
