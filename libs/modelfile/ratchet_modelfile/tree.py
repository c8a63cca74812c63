"""A model as a tree of plain values with places of arrays, and back.

A model is a frozen dataclass of numbers, texts, tuples, arrays and other such dataclasses. Its annotations, never the
file, say what each value must be; anything else is refused.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def tree_of(value: Any, arrays: list[Array]) -> Any:
    if is_dataclass(value):
        return {field.name: tree_of(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, tuple):
        return [tree_of(part, arrays) for part in value]
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"))))
        return len(arrays) - 1
    return value


def value_of(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        if not isinstance(tree, dict) or not _needed(kind) <= tree.keys() <= hints.keys():
            raise ValueError(f"{kind.__name__} has other fields")
        return kind(**{name: value_of(hints[name], part, arrays) for name, part in tree.items()})
    read: Callable[..., Any] = _READERS.get(get_origin(kind), _scalar)
    return read(kind, tree, arrays)


def _needed(kind: Any) -> set[str]:
    """What has a default came later: an older file has none of it."""
    return {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}


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
    return tuple(value_of(one, part, arrays) for one, part in zip(kinds, tree, strict=True))


def _union(kind: Any, tree: Any, arrays: list[Array]) -> Any:
    """Something or None."""
    (something,) = (one for one in get_args(kind) if one is not NoneType)
    return None if tree is None else value_of(something, tree, arrays)


def _scalar(kind: Any, tree: Any, _: list[Array]) -> Any:
    if kind is float and type(tree) is int:
        tree = float(tree)
    if type(tree) is not kind or (kind is float and not np.isfinite(tree)):
        raise ValueError(f"a value is not a {kind.__name__}")
    return tree


_READERS: dict[Any, Callable[..., Any]] = {np.ndarray: _array, tuple: _tuple, UnionType: _union}
