"""A student as one file that runs no code when it is read.

A magic line, the length of a JSON header (8 bytes, little-endian), the header, then the arrays' bytes one after the
other, nothing compressed: what the header says must be exactly as long as the file is. The model is a tree of
dataclasses; their annotations say what each value must be, and anything else is refused.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ratchet_student.errors import StudentFileError

FORMAT = 1
MAGIC = b"ratchet student\n"
MAX_FILE = 256 * 1024 * 1024
MAX_HEADER = 4 * 1024 * 1024
DTYPES = ("<f4", "<f8", "<i4", "<i8", "<u8")

Array = NDArray[Any]


def write(kind: str, model: object, path: Path) -> str:
    """The file is there whole, with what is in it on the disk, or not at all. Returns its SHA-256 in hex."""
    content = encode(kind, model)
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


def read_checked(path: Path, sha256: str) -> bytes:
    """Raises StudentFileError where it is not the content that was named; nothing has been parsed by then."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise StudentFileError(f"{path.name} cannot be read ({error.strerror}): bring it back.") from error
    if len(content) > MAX_FILE:
        raise StudentFileError(f"{path.name} has more than {MAX_FILE} bytes: it is no student.")
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        raise StudentFileError(
            f"{path.name} has the SHA-256 {found[:12]}…, not {sha256[:12]}…: it was changed; fetch it anew."
        )
    return content


def encode(kind: str, model: object) -> bytes:
    arrays: list[Array] = []
    tree = _tree(model, arrays)
    described = [[array.dtype.str, list(array.shape)] for array in arrays]
    head = {"format": FORMAT, "kind": kind, "arrays": described, "model": tree}
    header = json.dumps(head, ensure_ascii=True, allow_nan=False, sort_keys=True).encode()
    return b"".join([MAGIC, len(header).to_bytes(8, "little"), header, *(array.tobytes() for array in arrays)])


def decode(content: bytes, kinds: dict[str, type[Any]]) -> tuple[str, Any]:
    """The kind and the model. `kinds`: the dataclass of each. Raises StudentFileError."""
    head, rest = _header(content)
    if head.get("format") != FORMAT:
        raise StudentFileError(
            f"The student has format {head.get('format')!r}, and only {FORMAT} is read here: train it anew."
        )
    kind = head.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise StudentFileError("The student is for a task that is not known here: update this service, or train anew.")
    try:
        return kind, _value(kinds[kind], head.get("model"), _arrays(head.get("arrays"), rest))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise StudentFileError(f"The student's file is malformed ({error}): train it anew.") from error


def _header(content: bytes) -> tuple[dict[str, Any], memoryview]:
    start = len(MAGIC) + 8
    length = int.from_bytes(content[len(MAGIC) : start], "little")
    if not content.startswith(MAGIC) or length > MAX_HEADER or start + length > len(content):
        raise StudentFileError("The file is no student: it starts otherwise.")
    try:
        head = json.loads(content[start : start + length])
    except (ValueError, RecursionError) as error:
        raise StudentFileError("The student's header cannot be read: train it anew.") from error
    if not isinstance(head, dict):
        raise StudentFileError("The student's header is not an object: train it anew.")
    return head, memoryview(content)[start + length :]


def _arrays(described: Any, rest: memoryview) -> list[Array]:
    arrays, at = list[Array](), 0
    for dtype, shape in described:
        if (
            dtype not in DTYPES
            or not all(type(side) is int and 0 <= side <= MAX_FILE for side in shape)
            or len(shape) > 2
        ):
            raise ValueError("an array has a type or a shape that no student has")
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


def _tree(value: Any, arrays: list[Array]) -> Any:
    if is_dataclass(value):
        return {field.name: _tree(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, tuple):
        return [_tree(part, arrays) for part in value]
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"))))
        return len(arrays) - 1
    return value


def _value(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        if not isinstance(tree, dict) or tree.keys() != hints.keys():
            raise ValueError(f"{kind.__name__} has other fields")
        return kind(**{name: _value(hint, tree[name], arrays) for name, hint in hints.items()})
    read: Callable[..., Any] = _READERS.get(get_origin(kind), _scalar)
    return read(kind, tree, arrays)


def _array(kind: Any, tree: Any, arrays: list[Array]) -> Array:
    wanted = np.dtype(get_args(get_args(kind)[1])[0])
    if type(tree) is not int or tree < 0 or arrays[tree].dtype != wanted:
        raise ValueError(f"an array is not of {wanted}")
    return arrays[tree]


def _tuple(kind: Any, tree: Any, arrays: list[Array]) -> tuple[Any, ...]:
    kinds = get_args(kind)
    if not isinstance(tree, list):
        raise ValueError("a list is missing")
    if kinds[-1] is ...:
        kinds = kinds[:1] * len(tree)
    return tuple(_value(one, part, arrays) for one, part in zip(kinds, tree, strict=True))


def _union(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    """Something or None."""
    (something,) = (one for one in get_args(kind) if one is not NoneType)
    return None if tree is None else _value(something, tree, arrays)


def _scalar(kind: Any, tree: Any, _: list[Array]) -> Any:
    if kind is float and type(tree) is int:
        tree = float(tree)
    if type(tree) is not kind or (kind is float and not np.isfinite(tree)):
        raise ValueError(f"a value is not a {kind.__name__}")
    return tree


_READERS: dict[Any, Callable[..., Any]] = {np.ndarray: _array, tuple: _tuple, UnionType: _union}


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
