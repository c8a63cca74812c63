"""Questions to a running router, for commands: what goes wrong is a sentence."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ratchet_common.errors import CannotStartError

PATIENCE_S: Final = 30.0
TO_BUILD_S: Final = 600.0  # a dataset, within the request
NOTHING_MORE: Final[Mapping[str, str]] = {}
AWAY: Final = frozenset({429, 500, 502, 503, 504})
KINDS: Final = "urn:ratchet:problem:"


class AwayError(CannotStartError):
    """It may answer in a moment: it is restarted, overloaded, or not reached."""


class TurnedDownError(CannotStartError):
    """It answered, and will not do it. `kind`: the problem's stable name, such as no-tuned-version; "": it has none."""

    def __init__(self, where: str, status: int, kind: str, detail: str) -> None:
        super().__init__(f"{where} answered {status}: {detail}")
        self.status, self.kind, self.detail = status, kind, detail


@dataclass(frozen=True, slots=True)
class Router:
    url: str
    token: str

    def get(self, path: str) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, None)

    def post(self, path: str, body: object, patience_s: float = PATIENCE_S) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, json.dumps(body).encode(), patience_s=patience_s)

    def put(self, path: str, body: object) -> Any:
        """Raises CannotStartError."""
        with self._opened(path, json.dumps(body).encode(), method="PUT") as answer:
            return json.load(answer)

    def delete(self, path: str) -> None:
        """Raises CannotStartError."""
        with self._opened(path, None, method="DELETE"):
            pass

    def send(self, path: str, body: bytes, content_type: str, patience_s: float = PATIENCE_S) -> Any:
        """Raises CannotStartError."""
        return self._asked(path, body, content_type, patience_s)

    def stream(self, path: str, body: Iterable[bytes], length: int, content_type: str, patience_s: float) -> Any:
        """What is too large to be held. Raises CannotStartError."""
        headers = {"Content-Length": str(length)}
        with self._opened(path, body, content_type, patience_s, headers=headers) as answer:
            return json.load(answer)

    def read(self, path: str) -> bytes:
        """What is no JSON. Raises CannotStartError."""
        with self._opened(path, None) as answer:
            return bytes(answer.read())

    def save(self, path: str, file: Path) -> int:
        """The lines that it gave, once the file is whole. Raises CannotStartError."""
        draft = file.with_name(f".{file.name}.part")
        try:
            with self._opened(path, None) as answer, draft.open("wb") as lines:
                count = 0
                for line in answer:
                    lines.write(line)
                    count += 1
            draft.replace(file)
        except OSError as error:
            raise CannotStartError(f"The file {file} cannot be written: {error.strerror or error}.") from None
        finally:
            draft.unlink(missing_ok=True)
        return count

    def _asked(
        self, path: str, body: bytes | None, content_type: str = "application/json", patience_s: float = PATIENCE_S
    ) -> Any:
        with self._opened(path, body, content_type, patience_s) as answer:
            return json.load(answer)

    @contextmanager
    def _opened(
        self,
        path: str,
        body: bytes | Iterable[bytes] | None,
        content_type: str = "application/json",
        patience_s: float = PATIENCE_S,
        method: str = "",
        headers: Mapping[str, str] = NOTHING_MORE,
    ) -> Iterator[http.client.HTTPResponse]:
        where = f"{self.url.rstrip('/')}{path}"
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type, **headers}
        try:
            request = urllib.request.Request(where, body, sent, method=method or None)  # noqa: S310  the scheme is checked before
            with urllib.request.urlopen(request, timeout=patience_s) as answer:  # noqa: S310
                yield answer
        except urllib.error.HTTPError as error:
            kind, detail = _problem(error)
            if error.code in AWAY:
                raise AwayError(f"{where} answered {error.code}: {detail}") from None
            raise TurnedDownError(where, error.code, kind, detail) from None
        except TimeoutError:
            raise AwayError(_too_slow(where, body, patience_s)) from None
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, ValueError) as error:
            why = getattr(error, "reason", None) or type(error).__name__
            if isinstance(why, TimeoutError):
                raise AwayError(_too_slow(where, body, patience_s)) from None
            raise AwayError(f"{where} cannot be asked ({why}): is it up, and --url right?") from None


def router_at(url: str, token: str, data_dir: Path) -> Router:
    """Without a token, the one that `ratchet up` left in its data directory. Raises CannotStartError."""
    if not url.startswith(("http://", "https://")):
        raise CannotStartError("--url is no URL of http or https: write it as http://127.0.0.1:8080.")
    its = token or _left_in(data_dir / "token")
    if not its.isascii() or not its.isprintable() or " " in its:
        raise CannotStartError("The token has letters that no token has: copy it anew, into RATCHET_TOKEN.")
    return Router(url, its)


def under(path: str, name: str, rest: str = "") -> str:
    """The path of one thing, whatever its name is made of. Raises CannotStartError."""
    if name.strip(".") == "":
        raise CannotStartError("An id is empty: give it as the list shows it.")
    return f"{path}/{urllib.parse.quote(name, safe='')}{rest}"


def _left_in(shown: Path) -> str:
    try:
        return shown.read_text().strip()
    except FileNotFoundError:
        raise CannotStartError(
            "There is no token: set RATCHET_TOKEN, or name the data directory of `ratchet up`."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise CannotStartError(f"The token in {shown} cannot be read ({why}): set RATCHET_TOKEN.") from None


def _too_slow(where: str, body: object, patience_s: float) -> str:
    """What was asked for may have been done all the same."""
    look = ": it may do it yet, so look before you ask again" if body is not None else ""
    return f"{where} did not answer within {patience_s:g} s{look}."


def _problem(error: urllib.error.HTTPError) -> tuple[str, str]:
    """Its kind, and its sentence."""
    try:
        told = json.load(error)
        return str(told.get("type", "")).removeprefix(KINDS), str(told["detail"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", "it is no answer of a router; is --url right?"
