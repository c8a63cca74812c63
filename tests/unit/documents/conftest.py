"""Files that the tests write, and what is read from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ratchet_documents.limits import STANDARD, Limits
from ratchet_documents.parsed import Parsed
from ratchet_documents.parsing import parse

Read = Callable[..., Parsed]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes bytes or text under a name, and parses them."""

    def written(name: str, content: bytes | str, limits: Limits = STANDARD) -> Parsed:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return parse(path, limits=limits)

    return written
