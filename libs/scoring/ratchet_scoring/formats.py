"""Does an answer have the form that was asked for? What is wrong with it, as a sentence that quotes nothing of it."""

import functools
import json
from collections.abc import Collection
from typing import Final

import jsonschema_rs

from ratchet_scoring.items import is_bulleted, items_of, unfenced

MAX_CHARS: Final = 500_000
PATTERN_BYTES: Final = 16 * 1024  # compiled: the larger, the more a character costs
KEPT: Final = 64  # schemas that are ready


class WrongSchemaError(ValueError):
    """The schema, not the answer, is at fault."""


def json_fault(output: str, schema: str = "") -> str:
    """`schema`: a JSON Schema as JSON text; without one, any JSON will do. Raises WrongSchemaError."""
    validator = _validator(schema) if schema else None
    try:
        value = json.loads(unfenced(output[:MAX_CHARS].strip()), parse_constant=_refused)
    except (ValueError, RecursionError):
        return "It is no JSON."
    if validator is None:
        return ""
    return "" if validator.is_valid(value) else "Its JSON breaks the schema."


def label_fault(output: str, labels: Collection[str]) -> str:
    """One line that is one of the labels, in whatever case."""
    text = output.strip()
    if not text or "\n" in text:
        return "It is empty." if not text else "It has more than one line."
    if labels and text.casefold() not in {label.casefold() for label in labels}:
        return "It is none of the labels."
    return ""


def list_fault(output: str) -> str:
    """Items one a line, each after a bullet or a number, or a JSON array; or "None"."""
    text = unfenced(output[:MAX_CHARS].strip())
    if not text:
        return "It is empty."
    listed = _is_array(text) or all(is_bulleted(line) for line in text.splitlines() if line.strip())
    return "" if listed or not items_of(text) else "It is no list: a line begins without a bullet or a number."


def _is_array(text: str) -> bool:
    try:
        return text.startswith("[") and isinstance(json.loads(text, parse_constant=_refused), list)
    except (ValueError, RecursionError):
        return False


def _refused(name: str) -> object:
    """NaN and Infinity: Python reads them, JSON has none."""
    raise ValueError(name)


@functools.lru_cache(maxsize=KEPT)
def _validator(schema: str) -> jsonschema_rs.Validator:
    options = jsonschema_rs.RegexOptions(size_limit=PATTERN_BYTES, dfa_size_limit=16 * PATTERN_BYTES)
    try:
        return jsonschema_rs.validator_for(json.loads(schema), offline=True, pattern_options=options)
    except (ValueError, RecursionError, jsonschema_rs.ReferencingError) as error:
        raise WrongSchemaError("The schema is no JSON Schema, or refers to something outside itself.") from error
