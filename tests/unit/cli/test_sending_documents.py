"""`ratchet documents add`: the form in which a file travels."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ratchet_cli.router_calls import Router
from ratchet_cli.sending_documents import add

SENT: dict[str, Any] = {
    "id": "doc_1",
    "name": "a",
    "revision": 1,
    "state": "received",
    "searchable": None,
    "received_at": "2024-05-14T10:00:00Z",
    "refusal": None,
}


class Noting(Router):
    """What it is sent, whole."""

    came: ClassVar[list[bytes]] = []

    def stream(self, path: str, body: Iterable[bytes], length: int, content_type: str, patience_s: float) -> Any:  # noqa: ARG002  as Router's
        self.came.append(b"".join(body))
        assert len(self.came[-1]) == length
        return SENT


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("naïve (v2), 100 % a'b.txt", "naïve (v2), 100 % a'b.txt"),
        ('naïve (v2), 100 % "a".txt', "naïve (v2), 100 % %22a%22.txt"),
        ("two\r\nlines.txt", "two%0D%0Alines.txt"),
    ],
)
def test_of_a_name_only_what_would_end_it_is_escaped(tmp_path: Path, name: str, sent: str) -> None:
    file = tmp_path / name
    file.write_text("text")
    gateway = Noting("http://127.0.0.1:9", "t")
    assert add(gateway, [file], {"company": "Acme"}, wait=False, as_json=True) == 0
    assert f'name="file"; filename="{sent}"\r\n\r\ntext\r\n--'.encode() in gateway.came[-1]
