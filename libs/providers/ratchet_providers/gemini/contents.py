"""A chat's messages as Gemini's contents. Pure.

Gemini knows two speakers, and wants the results of all calls of a turn together, right after it. Instructions stand
apart from what is said. What a model thought is not said again: its signature, in `extra_content`, stands for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from ratchet_providers.call_input import object_of
from ratchet_providers.chat_shape import ChatMessage, ToolCall
from ratchet_providers.gemini.media import Part, parts_of
from ratchet_providers.gemini.refusing import refused

UNSIGNED: Final = "skip_thought_signature_validator"  # Google's word for a call that another model made
INSTRUCTS: Final = ("system", "developer")
RESULT: Final = ("tool", "function")
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

Content = dict[str, Any]
Numbered = tuple[int, ChatMessage]


class Conversation:
    """`ids`: whether calls and results carry ids; else Google matches them by name and order.

    `must_sign`: the model refuses a turn with calls of which none is signed.
    """

    def __init__(self, messages: Sequence[ChatMessage], *, ids: bool, must_sign: bool) -> None:
        self._ids, self._must_sign = ids, must_sign
        self._calls: dict[str, tuple[int, str]] = {}  # by id: the call's place in its turn, and its function
        self.contents: list[Content] = []
        self.instructions: list[Part] = []
        for results, run in groupby(enumerate(messages), key=lambda numbered: numbered[1].role in RESULT):
            if results:
                self.contents.append({"role": "user", "parts": self._results(run)})
            else:
                self._turns(run)
        if not self.contents:  # Gemini answers nothing but what somebody said
            self._say("user", self.instructions)
            self.instructions = []

    def go_on(self, so_far: str) -> None:
        """The model has said this much of its answer."""
        self._say("model", [{"text": so_far}])

    def _turns(self, run: Iterable[Numbered]) -> None:
        fresh = True  # what follows results stays apart from them
        for number, message in run:
            where = f"messages[{number}]"
            if message.role in INSTRUCTS:
                self.instructions += parts_of(message.content, f"{where}.content")
            elif message.role == "user":
                fresh = self._say("user", parts_of(message.content, f"{where}.content"), fresh=fresh)
            elif message.role == "assistant":
                fresh = self._say("model", self._said_by_model(message, where), fresh=fresh)
            else:
                raise refused(f"{where}.role", "is none of system, developer, user, assistant and tool.")

    def _say(self, role: str, parts: Sequence[Part], *, fresh: bool = False) -> bool:
        """Joins what the same speaker says in a row. Returns `fresh` as it is for the next one."""
        if not parts:
            return fresh
        if not fresh and self.contents and self.contents[-1]["role"] == role:
            self.contents[-1]["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": list(parts)})
        return False

    def _said_by_model(self, message: ChatMessage, where: str) -> list[Part]:
        parts = parts_of(message.content, f"{where}.content") or parts_of(message.refusal, f"{where}.refusal")
        if signature := signature_in(message.extra_content):
            last = parts.pop() if parts else {"text": ""}
            parts.append(last | {"thoughtSignature": signature})
        calls = message.tool_calls or []
        said = [self._call(call, place, f"{where}.tool_calls[{place}]") for place, call in enumerate(calls)]
        if said and self._must_sign and not any("thoughtSignature" in part for part in said):
            said[0]["thoughtSignature"] = UNSIGNED
        return parts + said

    def _call(self, call: ToolCall, place: int, where: str) -> Part:
        if call.type != "function" or not call.function.name:
            raise refused(where, "is no call of a function with a name.")
        arguments = object_of(call.function.arguments)
        self._calls[call.id] = place, call.function.name
        made: Part = {"functionCall": {"name": call.function.name, "args": arguments}}
        if self._ids and call.id:
            made["functionCall"]["id"] = call.id
        signature = signature_in(call.extra_content if isinstance(call.extra_content, dict) else None)
        return made | {"thoughtSignature": signature} if signature else made

    def _results(self, run: Iterable[Numbered]) -> list[Part]:
        """In the order of their calls, whatever order they came in."""
        placed = [self._result(message, f"messages[{number}]") for number, message in run]
        return [part for _, part in sorted(placed, key=lambda result: result[0])]

    def _result(self, message: ChatMessage, where: str) -> tuple[int, Part]:
        place, name = self._calls.get(message.tool_call_id or "", (0, message.name))
        if not name:
            raise refused(f"{where}.tool_call_id", "names no call that stands before it.")
        parts = parts_of(message.content, f"{where}.content")
        text = "".join(part["text"] for part in parts if "text" in part)
        response: dict[str, Any] = {"name": name, "response": _answered(text, failed=bool(message.is_error))}
        if shown := [part for part in parts if "text" not in part]:
            response["parts"] = shown
        if self._ids and message.tool_call_id:
            response["id"] = message.tool_call_id
        return place, {"functionResponse": response}


def _answered(text: str, *, failed: bool) -> dict[str, Any]:
    """Gemini wants an object; of another thing it wants to hear that it is the output, and of an error that it is."""
    try:
        found = _object.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {"error" if failed else "output": text}
    return {"error": found} if failed and "error" not in found else found


def signature_in(extra: Mapping[str, Any] | None) -> str:
    """What `parts.signed` gave the caller."""
    google = (extra or {}).get("google")
    found = google.get("thought_signature") if isinstance(google, Mapping) else None
    return found if isinstance(found, str) else ""
