"""Does the answer follow the JSON Schema that was asked for? The schema comes from outside and is not trusted."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jsonschema_rs
import msgspec

from ratchet_router.checking.schema_limits import LARGEST_SCHEMA, Cost, cost_of
from ratchet_router.checking.subject import Finding, Subject

KEPT = 256  # compiled schemas
PATTERN_BYTES = 16 * 1024  # compiled: the larger, the more a character costs

NOT_CHECKED = "The schema was not checked: it is "


class Unusable(msgspec.Struct, frozen=True):
    why: str


class Usable(msgspec.Struct, frozen=True):
    is_valid: Callable[[Any], bool]
    cost: Cost


def schema(subject: Subject) -> Finding | None:
    """A schema that cannot be used warns: it is not the answer's fault."""
    usable = compiled(subject.schema) if len(subject.schema) <= LARGEST_SCHEMA else Unusable("too large.")
    if isinstance(usable, Unusable):
        return Finding(NOT_CHECKED + usable.why, serious=False)
    if not usable.cost.bearable(len(subject.output)):
        return Finding("The schema was not checked: the answer is too long for it.", serious=False)
    try:
        said = msgspec.json.decode(subject.output)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return Finding("The answer is not JSON.")
    return None if usable.is_valid(said) else Finding("The answer does not follow the schema.")


@lru_cache(maxsize=KEPT)
def compiled(body: bytes) -> Usable | Unusable:
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return Unusable("not JSON.")
    cost = cost_of(read)
    if cost is None:
        return Unusable("too intricate, or refers to something outside itself.")
    options = jsonschema_rs.RegexOptions(size_limit=PATTERN_BYTES, dfa_size_limit=16 * PATTERN_BYTES)
    try:
        validator = jsonschema_rs.validator_for(read, offline=True, pattern_options=options)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return Unusable("no JSON Schema, or has a pattern that is too large or not plain.")
    return Usable(validator.is_valid, cost)
