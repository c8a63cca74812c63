"""Questions to a running router, for commands: what goes wrong is a sentence."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchet_common.errors import CannotStartError

PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Router:
    url: str
    token: str

    def get(self, path: str) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, None)

    def post(self, path: str, body: object) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, json.dumps(body).encode())

    def send(self, path: str, body: bytes, content_type: str) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, body, content_type)

    def _asked(self, path: str, body: bytes | None, content_type: str = "application/json") -> Any:
        where = f"{self.url.rstrip('/')}{path}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        try:
            request = urllib.request.Request(where, body, headers)  # noqa: S310  the scheme is checked before
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise CannotStartError(f"{where} answered {error.code}: {_detail(error)}") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or type(error).__name__
            raise CannotStartError(f"{where} cannot be asked ({why}): is the router up, and --url right?") from None


def router_at(url: str, token: str, data_dir: Path) -> Router:
    """Without a token, the one that `ratchet up` left in its data directory. Raises CannotStartError."""
    if not url.startswith(("http://", "https://")):
        raise CannotStartError("--url is no URL of http or https: write it as http://127.0.0.1:8080.")
    shown = data_dir / "token"
    if not token and not shown.exists():
        raise CannotStartError("There is no token: set RATCHET_TOKEN, or name the data directory of `ratchet up`.")
    return Router(url, token or shown.read_text().strip())


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return "it is no answer of a router; is --url right?"
