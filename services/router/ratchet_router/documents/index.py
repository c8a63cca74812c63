"""The index of passages, by its URL."""

import os
from typing import Final

from ratchet_common.errors import CannotStartError
from ratchet_common.whole_files import path_at
from ratchet_retrieval.port import Index

OBJECT_STORES: Final = ("s3://", "gs://", "az://")


def index_at(url: str) -> Index:
    """Brings LanceDB with it, which takes a second. Raises CannotStartError."""
    folder = path_at(url)
    if folder is None and not url.startswith(OBJECT_STORES):
        raise CannotStartError(
            f"ROUTER_INDEX_URL begins as {url[:12]}: it must be a file: URL with an absolute path, or one of an object "
            "store (s3:, gs:, az:)."
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

    return LanceIndex(str(folder) if folder is not None else url)
