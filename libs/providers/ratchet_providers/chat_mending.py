"""What servers of OpenAI's shape say a little differently, put as OpenAI's clients need it.

Those read a delta by adding it to what came before: a role, an id or a name that is said twice is doubled, and a call
of a tool without its number breaks them. Only what is odd comes here; where the meaning is not clear it stays as it is.
"""

from typing import Any, Final
from uuid import uuid4

import msgspec

from ratchet_providers.chat_shape import Chunk, ChunkChoice, ToolCallDelta

Fields = dict[str, Any]
INDEX: Final = b'"index"'
CHOICES: Final = b'"choices"'
CUSTOM: Final = "custom"
TEXTS: Final = frozenset({"id", "object", "model"})
_fields = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode


class Mending:
    """Of one stream."""

    def __init__(self) -> None:
        self._roles: set[int] = set()  # the choices that have said theirs
        self._calls: dict[int, _Calls] = {}  # by choice

    def needed(self, chunk: Chunk, data: bytes) -> bool:
        """Whether it is odd. Of the chunks of a stream, each is to be shown here or to be mended, in their order."""
        odd, roles = (INDEX if chunk.choices else CHOICES) not in data, False
        for choice in chunk.choices:
            delta = choice.delta
            if delta.role or delta.tool_calls or choice.finish_reason == "":
                odd, roles = odd or self._is_odd(choice), True
        if roles and not odd:
            self._roles |= {choice.index for choice in chunk.choices if choice.delta.role}
        return odd

    def _is_odd(self, choice: ChunkChoice) -> bool:
        if choice.finish_reason == "" or (choice.delta.role and choice.index in self._roles):
            return True
        known = self._calls.get(choice.index)
        return bool(choice.delta.tool_calls) and (known is None or not known.goes_on(choice.delta.tool_calls or []))

    def mended(self, data: bytes) -> bytes:
        """Raises msgspec.DecodeError for what is no object."""
        chunk = _fields.decode(data)
        for choice in _put_right(chunk):
            delta = _object(choice, "delta")
            _say_plainly(delta)
            if isinstance(index := choice["index"], int):
                self._say_once(index, delta)
        return _encode(chunk)

    def _say_once(self, index: int, delta: Fields) -> None:
        if delta.get("role"):
            if index in self._roles:
                del delta["role"]
            self._roles.add(index)
        calls = self._calls.setdefault(index, _Calls())
        for call in _objects(delta.get("tool_calls")):
            calls.place(call)


def mended_whole(body: bytes) -> bytes:
    """Of an answer at once. Raises msgspec.DecodeError for what is no object."""
    answer = _fields.decode(body)
    answer["object"] = "chat.completion"
    for choice in _put_right(answer):
        if isinstance(message := choice.get("message"), dict):
            _say_plainly(message)
            calls = _Calls()
            for call in _objects(message.get("tool_calls")):
                calls.place(call)
                del call["index"]
    return _encode(answer)


def _put_right(answer: Fields) -> list[Fields]:
    """The frame of an answer or a chunk, and each choice's; returns the choices."""
    for name in TEXTS & answer.keys():
        answer[name] = str(answer[name]) if isinstance(answer[name], int) else answer[name] or ""
    if "created" in answer:
        created = answer["created"]
        answer["created"] = int(created) if isinstance(created, int | float) else 0
    if "usage" in answer:
        answer["usage"] = _whole_numbers(answer["usage"])
    answer["choices"] = answer.get("choices") or []
    choices = _objects(answer["choices"])
    for number, choice in enumerate(choices):
        if choice.get("index") is None:
            choice["index"] = number
        choice["finish_reason"] = choice.get("finish_reason") or None
    return choices


def _whole_numbers(counts: Any) -> Any:
    """Some count in floats."""
    if isinstance(counts, dict):
        return {name: _whole_numbers(count) for name, count in counts.items()}
    return int(counts) if isinstance(counts, float) else counts


def _say_plainly(said: Fields) -> None:
    """Some say text as a list of parts, thoughts among them, and a call's arguments as what they are."""
    if isinstance(parts := said.get("content"), list):
        texts = [part.get("text") or "" for part in _objects(parts) if part.get("type") == "text"]
        thoughts = [
            bit.get("text") or ""
            for part in _objects(parts)
            if part.get("type") == "thinking"
            for bit in _objects(part.get("thinking"))
        ]
        said["content"] = "".join(texts) or None
        if thoughts:
            said["reasoning_content"] = "".join(thoughts)
    for call in _objects(said.get("tool_calls")):
        function = _called(call)
        if not isinstance(arguments := function.get("arguments"), str | None):
            function["arguments"] = _encode(arguments).decode()


class _Calls:
    """The calls of tools of one choice, numbered as they began."""

    def __init__(self) -> None:
        self._ids: list[str] = []  # as they were given
        self._names: list[str] = []
        self._of: dict[int, int] = {}  # by their number there: ours

    def goes_on(self, calls: list[ToolCallDelta]) -> bool:
        """Whether all that these do is to add to arguments, under the number that we have as well."""
        return all(
            call.index is not None
            and self._of.get(call.index) == call.index
            and not call.id
            and not (call.function and call.function.name)
            and not (call.custom and call.custom.name)
            for call in calls
        )

    def place(self, call: Fields) -> None:
        theirs, given, function = call.get("index"), str(call.get("id") or ""), _called(call)
        name = str(function.get("name") or "")
        number = self._number(theirs, given, named=bool(name))
        if number is None:
            number = len(self._ids)
            self._ids.append(given)
            self._names.append(name)
            call |= {"id": given or f"call_{uuid4().hex}", "type": call.get("type") or _kind(call)}
        else:
            call.pop("id", None)
            if name and name == self._names[number]:
                del function["name"]
            self._names[number] = self._names[number] or name
        if isinstance(theirs, int):
            self._of[theirs] = number
        call["index"] = number

    def _number(self, theirs: object, given: str, *, named: bool) -> int | None:
        """Ours, or None for one that begins. Some give one number to all calls, some none, some no id."""
        if given and given in self._ids:
            return self._ids.index(given)
        known = self._of.get(theirs) if isinstance(theirs, int) else None
        if known is not None:
            return None if given and self._ids[known] else known
        if theirs is None and not given and not named and self._ids:
            return len(self._ids) - 1
        return None


def _kind(call: Fields) -> str:
    """What is called: a function, unless it says that it is a custom tool."""
    return CUSTOM if isinstance(call.get(CUSTOM), dict) else "function"


def _called(call: Fields) -> Fields:
    return _object(call, _kind(call))


def _object(within: Fields, name: str) -> Fields:
    """What is no object stays as it is: whoever reads it will say so."""
    if within.get(name) is None:
        within[name] = {}
    found = within[name]
    return found if isinstance(found, dict) else {}


def _objects(found: object) -> list[Fields]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
