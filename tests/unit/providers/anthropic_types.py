"""Is it what Anthropic's own client would send? By the types of its SDK, with no field that those do not know."""

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin

from anthropic.types import MessageCountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from typing_extensions import get_type_hints, is_typeddict

OLDER = {"temperature", "top_p", "top_k"}  # of the API's version of 2023, gone from the SDK's types


def wrong_in_request(body: Mapping[str, Any]) -> list[str]:
    shape = MessageCreateParamsStreaming if body.get("stream") else MessageCreateParamsNonStreaming
    return _wrong({name: value for name, value in body.items() if name not in OLDER}, shape, "")


def wrong_in_count(body: Mapping[str, Any]) -> list[str]:
    return _wrong(body, MessageCountTokensParams, "")


def _wrong(value: Any, shape: Any, where: str) -> list[str]:
    """The places that are not of that shape: the fewest, where it may have several."""
    origin = get_origin(shape)
    if shape is Any or shape is object:
        return []
    if is_typeddict(shape):
        return _wrong_in_object(value, shape, where)
    if origin in (Union, type(int | str)):
        return min((_wrong(value, one, where) for one in get_args(shape)), key=len)
    if origin is Literal:
        return [] if value in get_args(shape) else [f"{where}: {value!r}"]
    if origin is not None and getattr(origin, "__name__", "") in ("Required", "Annotated", "NotRequired"):
        return _wrong(value, get_args(shape)[0], where)
    if shape is NoneType:
        return [] if value is None else [where]
    if origin is dict:
        return [] if isinstance(value, dict) else [where]
    if origin is not None:  # some kind of list
        return _wrong_in_list(value, get_args(shape)[0], where)
    fits = isinstance(value, shape) and (shape is not int or not isinstance(value, bool))
    return [] if fits else [f"{where}: no {shape}"]


def _wrong_in_object(value: Any, shape: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    known = _fields(shape)
    missing = [f"{where}.{name} is missing" for name in shape.__required_keys__ if name not in value]
    unknown = [f"{where}.{name} is unknown" for name in value if name not in known]
    inner = [found for name in value if name in known for found in _wrong(value[name], known[name], f"{where}.{name}")]
    return missing + unknown + inner


@cache
def _fields(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=False)


def _wrong_in_list(value: Any, shape: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: no list"]
    return [found for number, one in enumerate(value) for found in _wrong(one, shape, f"{where}[{number}]")]
