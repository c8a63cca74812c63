"""One file: a magic line, the length of a JSON header (8 bytes, little-endian), the header, then the arrays' bytes one
after the other, nothing compressed. What the header says must be exactly as long as the file is.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ratchet_modelfile.tree import Array, tree_of, value_of

VERSION = 1
MAX_HEADER = 4 * 1024 * 1024
DTYPES = ("<f4", "<f8", "<i4", "<i8", "<u8")


def must(hold: bool, what: str) -> None:
    """For the parts of a model, which may come out of a file. Raises ValueError."""
    if not hold:
        raise ValueError(what)


@dataclass(frozen=True, slots=True)
class Format:
    """What one sort of file is called: its first line, the word for it in messages, the error that says them."""

    magic: bytes
    noun: str
    error: type[Exception]
    max_bytes: int = 256 * 1024 * 1024

    def write(self, kind: str, model: object, path: Path) -> str:
        """The file is there whole, with what is in it on the disk, or not at all. Returns its SHA-256 in hex."""
        content = self.encode(kind, model)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
        _sync(path.parent)
        return hashlib.sha256(content).hexdigest()

    def read_checked(self, path: Path, sha256: str) -> bytes:
        """Raises `error` where it is not the content that was named; nothing has been parsed by then."""
        try:
            with path.open("rb") as file:
                content = file.read(self.max_bytes + 1)
        except OSError as error:
            raise self.error(f"{path.name} cannot be read ({error.strerror}): bring it back.") from error
        if len(content) > self.max_bytes:
            raise self.error(f"{path.name} has more than {self.max_bytes} bytes: it is no {self.noun}.")
        found = hashlib.sha256(content).hexdigest()
        if found != sha256.lower():
            raise self.error(
                f"{path.name} has the SHA-256 {found[:12]}…, not {sha256[:12]}…: it was changed; fetch it anew."
            )
        return content

    def encode(self, kind: str, model: object) -> bytes:
        arrays: list[Array] = []
        tree = tree_of(model, arrays)
        described = [[array.dtype.str, list(array.shape)] for array in arrays]
        head = {"format": VERSION, "kind": kind, "arrays": described, "model": tree}
        header = json.dumps(head, ensure_ascii=True, allow_nan=False, sort_keys=True).encode()
        return b"".join([self.magic, len(header).to_bytes(8, "little"), header, *(array.tobytes() for array in arrays)])

    def decode(self, content: bytes, kinds: dict[str, type[Any]]) -> tuple[str, Any]:
        """The kind and the model. `kinds`: the dataclass of each. Raises `error`."""
        head, rest = self._header(content)
        if head.get("format") != VERSION:
            raise self.error(
                f"The {self.noun} has format {head.get('format')!r}, and only {VERSION} is read here: train it anew."
            )
        kind = head.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            raise self.error(
                f"The {self.noun} is for a task that is not known here: update this service, or train anew."
            )
        try:
            return kind, value_of(kinds[kind], head.get("model"), self._arrays(head.get("arrays"), rest))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise self.error(f"The {self.noun}'s file is malformed ({error}): train it anew.") from error

    def _header(self, content: bytes) -> tuple[dict[str, Any], memoryview]:
        start = len(self.magic) + 8
        length = int.from_bytes(content[len(self.magic) : start], "little")
        if not content.startswith(self.magic) or length > MAX_HEADER or start + length > len(content):
            raise self.error(f"The file is no {self.noun}: it starts otherwise.")
        try:
            head = json.loads(content[start : start + length])
        except (ValueError, RecursionError) as error:
            raise self.error(f"The {self.noun}'s header cannot be read: train it anew.") from error
        if not isinstance(head, dict):
            raise self.error(f"The {self.noun}'s header is not an object: train it anew.")
        return head, memoryview(content)[start + length :]

    def _arrays(self, described: Any, rest: memoryview) -> list[Array]:
        arrays, at = list[Array](), 0
        for dtype, shape in described:
            if (
                dtype not in DTYPES
                or not all(type(side) is int and 0 <= side <= self.max_bytes for side in shape)
                or len(shape) > 2
            ):
                raise ValueError(f"an array has a type or a shape that no {self.noun} has")
            count = 1
            for side in shape:
                count *= side
            end = at + count * np.dtype(dtype).itemsize
            if end > len(rest):
                raise ValueError("an array is longer than the file")
            array = np.frombuffer(rest[at:end], dtype).reshape(shape).copy()
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError("an array has a number that is not finite")
            arrays.append(array)
            at = end
        if at != len(rest):
            raise ValueError("there is more in the file than its header says")
        return arrays


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
