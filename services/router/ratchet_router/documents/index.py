"""The index of passages, by its URL."""

import os
from typing import Final
from urllib.parse import urlsplit

from ratchet_common.errors import CannotStartError
from ratchet_common.whole_files import path_at
from ratchet_providers.secrets import Secret, SecretError
from ratchet_retrieval.port import Index
from ratchet_router.settings import RouterSettings

OBJECT_STORES: Final = ("s3://", "gs://", "az://")
QDRANT: Final = "qdrant+"
QDRANTS: Final = (f"{QDRANT}http://", f"{QDRANT}https://")


def index_of(settings: RouterSettings) -> Index:
    """Brings LanceDB or Qdrant's client with it, which takes a second. Raises CannotStartError."""
    url = settings.index_url
    if url.startswith(QDRANTS):
        return _qdrant(url.removeprefix(QDRANT), settings)
    if settings.index_key:
        raise CannotStartError("ROUTER_INDEX_KEY is of a Qdrant server, and ROUTER_INDEX_URL names none: leave it out.")
    folder = path_at(url)
    if folder is None and not url.startswith(OBJECT_STORES):
        raise CannotStartError(
            f"ROUTER_INDEX_URL begins as {url[:12]}: it must be a file: URL with an absolute path, one of an object "
            "store (s3://, gs://, az://), or that of a Qdrant server (qdrant+http://, qdrant+https://)."
        )
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStartError(
                f"The index {folder} (ROUTER_INDEX_URL) cannot be written to ({error.strerror}): make it writable, or "
                "name another directory."
            ) from error
        if not os.access(folder, os.W_OK):
            raise CannotStartError(f"The index {folder} (ROUTER_INDEX_URL) cannot be written to: make it writable.")
    from ratchet_retrieval.lance.index import LanceIndex

    return LanceIndex(str(folder) if folder is not None else url, model=settings.document_embeddings)


def _qdrant(url: str, settings: RouterSettings) -> Index:
    """Nothing is asked of the server yet."""
    if not _has_host(url):
        raise CannotStartError("ROUTER_INDEX_URL names no Qdrant server: write qdrant+https://HOST:PORT.")
    model, length = settings.document_embeddings, settings.document_embedding_length
    if model and not length:
        raise CannotStartError(
            f"Qdrant has to be told how long its vectors are: set ROUTER_DOCUMENT_EMBEDDING_LENGTH to how many numbers "
            f"one of {model} has."
        )
    try:
        key = Secret(settings.index_key)
    except SecretError:
        raise CannotStartError("ROUTER_INDEX_KEY is no reference to a key: write env:NAME or file:PATH.") from None
    key.read_first("The Qdrant server of ROUTER_INDEX_URL")
    from ratchet_retrieval.qdrant.index import at

    return at(url, key=key.current() or None, model=model, length=length if model else 0)


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
