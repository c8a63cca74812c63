"""Is a message one of Google's? By the discovery documents of its APIs, which its Python client carries."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
WHOLE: Final = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Method:
    """`path`: with a group for each part of it that is a parameter."""

    name: str
    verb: str
    path: re.Pattern[str]
    parameters: frozenset[str]
    request: str
    response: str


class Discovery:
    def __init__(self, document: str, resource: str) -> None:
        """`resource`: such as projects.locations.tuningJobs."""
        where = files("googleapiclient") / "discovery_cache" / "documents" / f"{document}.json"
        self._document: dict[str, Any] = json.loads(where.read_bytes())
        place = self._document
        for part in resource.split("."):
            place = place["resources"][part]
        self._common = frozenset(self._document.get("parameters", {}))
        self._methods = [method for its in place["methods"].values() for method in self._of(its)]

    def method(self, verb: str, path: str) -> Method | None:
        return next((one for one in self._methods if one.verb == verb and one.path.fullmatch(path)), None)

    def wrong_request(self, method: Method, query: Mapping[str, str], body: Any) -> str:
        """The first complaint, or nothing."""
        unknown = sorted(query.keys() - method.parameters - self._common)
        if unknown:
            return f"there is no parameter {unknown[0]}"
        if not method.request:
            return "" if body is None else "there is no body"
        body = {} if body is None else body  # no body is a message that says nothing
        return next(self._complaints({"$ref": method.request}, body, "body", asked=True), "")

    def wrong_answer(self, method: Method, answer: Any) -> str:
        if not method.response:
            return ""
        return next(self._complaints({"$ref": method.response}, answer, "answer", asked=False), "")

    def _of(self, its: Mapping[str, Any]) -> Iterator[Method]:
        paths = [f"/{self._document['servicePath']}{its.get('flatPath', its['path'])}"]
        paths += [each["path"] for each in its.get("mediaUpload", {}).get("protocols", {}).values()]
        for path in paths:
            parts = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/:]+)", re.escape(path))
            yield Method(
                its["id"],
                its["httpMethod"],
                re.compile(parts),
                frozenset(its.get("parameters", {})),
                its.get("request", {}).get("$ref", ""),
                its.get("response", {}).get("$ref", ""),
            )

    def _complaints(self, schema: Mapping[str, Any], value: Any, where: str, *, asked: bool) -> Iterator[str]:
        if "$ref" in schema:
            schema = self._document["schemas"][schema["$ref"]]
        kind = schema.get("type", "any")
        if kind != "any" and not _is(value, kind, schema.get("format", "")):
            yield f"{where} is no {kind}"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{where} is none of those that are allowed"
        elif kind == "array":
            for one in value:
                yield from self._complaints(schema["items"], one, f"{where}[]", asked=asked)
        elif kind == "object":
            yield from self._of_members(schema, value, where, asked=asked)

    def _of_members(self, schema: Mapping[str, Any], value: Any, where: str, *, asked: bool) -> Iterator[str]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, one in value.items():
            its = known.get(_camel(name), others)
            if its is None:
                yield f"{where}.{name} is unknown"
            elif asked and its.get("readOnly"):
                yield f"{where}.{name} is not for us to say"
            else:
                yield from self._complaints(its, one, f"{where}.{name}", asked=asked)


def _camel(name: str) -> str:
    """Google takes a field by its name in the protocol buffer too."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _is(value: Any, kind: str, form: str) -> bool:
    """Google writes whole numbers of 64 bits as strings, and takes them as numbers too."""
    if form in ("int64", "uint64"):
        return not isinstance(value, bool) and bool(WHOLE.fullmatch(str(value)))
    return isinstance(value, PLAIN[kind]) and (kind == "boolean" or not isinstance(value, bool))


@cache
def tuning_jobs() -> Discovery:
    return Discovery("aiplatform.v1", "projects.locations.tuningJobs")


@cache
def objects() -> Discovery:
    return Discovery("storage.v1", "objects")
