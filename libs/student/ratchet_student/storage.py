"""A model as one file that runs no code when it is read: a header in JSON, then plain arrays.

    8 bytes  magic, with the version of the format
    8 bytes  length of the header, little-endian
    header   {"task": …, "model": tree, "arrays": [{"dtype", "shape"}, …]}; the tree names arrays by their place
    arrays   little-endian, one after the other

What the tree means is decided by the type hints of the model's own dataclasses, never by the file.
"""

import hashlib
import json
import os
import tempfile
import types
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratchet_student.errors import StudentFileError

MAGIC = b"RATCHET1"
MAX_FILE_BYTES = 1 << 30
MAX_HEADER_BYTES = 16 << 20
DTYPES = {"float64": "<f8", "float32": "<f4", "int64": "<i8", "int32": "<i4", "uint64": "<u8"}

Array = NDArray[Any]


def write(task: str, model: Any, path: Path) -> str:
    """Writes beside `path`, then renames: a reader sees all of it or nothing. Returns the SHA-256 in hex."""
    arrays: list[Array] = []
    tree = _to_tree(model, arrays)
    described = [{"dtype": array.dtype.name, "shape": list(array.shape)} for array in arrays]
    header = json.dumps({"task": task, "model": tree, "arrays": described}, sort_keys=True).encode()
    data = b"".join(np.ascontiguousarray(a).astype(DTYPES[a.dtype.name], copy=False).tobytes() for a in arrays)
    content = MAGIC + len(header).to_bytes(8, "little") + header + data
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
        beside.write(content)
        beside.flush()
        os.fsync(beside.fileno())
    Path(beside.name).replace(path)
    return hashlib.sha256(content).hexdigest()


def read_checked(path: Path, sha256: str) -> bytes:
    """The file's bytes, once their hash is right: before that nothing of it is looked at. Raises StudentFileError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise StudentFileError(f"The model file {path} is larger than {MAX_FILE_BYTES} bytes: it is none of ours.")
        content = path.read_bytes()
    except OSError as error:
        raise StudentFileError(f"The model file {path} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise StudentFileError(f"The model file {path} is not the one that was written: its SHA-256 differs.")
    return content


def opened(content: bytes) -> tuple[str, Any, list[Array]]:
    """(task, tree, arrays). Raises StudentFileError for anything that `write` would not have written."""
    if content[:8] != MAGIC:
        raise StudentFileError("The model file is of another format, or of a newer version: train the model again.")
    start = 16 + int.from_bytes(content[8:16], "little")
    if start - 16 > MAX_HEADER_BYTES or start > len(content):
        raise StudentFileError("The model file is cut short, or its header is too long.")
    try:
        header = json.loads(content[16:start])
        arrays = _arrays(header["arrays"], content, start)
        return str(header["task"]), header["model"], arrays
    except (ValueError, KeyError, TypeError) as error:
        raise StudentFileError(f"The header of the model file is malformed ({type(error).__name__}).") from error


def rebuilt(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    """The object of type `kind` that `tree` describes. Raises StudentFileError."""
    try:
        return _from_tree(kind, tree, arrays)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StudentFileError(f"The model file does not fit its task ({type(error).__name__}).") from error


def _arrays(described: list[dict[str, Any]], content: bytes, start: int) -> list[Array]:
    found = []
    for one in described:
        dtype, shape = np.dtype(DTYPES[one["dtype"]]), tuple(int(n) for n in one["shape"])
        count = int(np.prod(shape, dtype=object)) if shape else 1
        if min(shape, default=0) < 0 or start + count * dtype.itemsize > len(content):
            raise ValueError("an array goes beyond the file")
        found.append(np.frombuffer(content, dtype, count, start).reshape(shape))
        start += count * dtype.itemsize
    return found


def _to_tree(value: Any, arrays: list[Array]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _to_tree(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return len(arrays) - 1
    if isinstance(value, tuple):
        return [_to_tree(part, arrays) for part in value]
    return value


def _from_tree(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: _from_tree(hints[field.name], tree[field.name], arrays) for field in fields(kind)})
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is np.ndarray:
        return arrays[tree]
    if origin is tuple:
        kinds = [parts[0]] * len(tree) if parts[-1] is Ellipsis else parts
        return tuple(_from_tree(k, part, arrays) for k, part in zip(kinds, tree, strict=True))
    if origin in (typing.Union, types.UnionType):
        (inner,) = (part for part in parts if part is not type(None))
        return None if tree is None else _from_tree(inner, tree, arrays)
    return kind(tree)
