"""A candidate's parts, whole or as far as an event brings them, as chat knows them. Pure but for the calls' numbers."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import uuid4

import msgspec

from ratchet_providers.chat_shape import UNKNOWN, Delta, Message, ToolCall, ToolCallDelta
from ratchet_providers.chat_shape import FunctionCall as ChatCall
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.shape import Blob, FunctionCall, LogprobsResult, Part, Token

T = TypeVar("T")


class CallIds:
    """An id for each function call of an answer: Google's, or one made of the answer's id and the call's place in it.

    So they are the same streamed and whole, and no two answers share one.
    """

    def __init__(self, response_id: str | None) -> None:
        self._answer = response_id or uuid4().hex
        self._given: set[str] = set()
        self._calls: Counter[int] = Counter()

    def next(self, choice: int, call: FunctionCall) -> tuple[int, str]:
        """Which of the choice's calls this is, and its id."""
        number = self._calls[choice]
        self._calls[choice] += 1
        found = call.id
        if not found or found in self._given:
            place = f"{self._answer}/{choice}/{number}".encode()
            found = f"call_{hashlib.blake2s(place, digest_size=12).hexdigest()}"
        self._given.add(found)
        return number, found


class Heard(msgspec.Struct, frozen=True):
    """`calls`: with the number that each has in its choice. `signature`: of the text, to be given back with it."""

    text: str
    thought: str = ""
    calls: Sequence[tuple[int, ToolCall]] = ()
    images: Sequence[dict[str, Any]] = ()
    signature: str = ""

    @property
    def answers(self) -> bool:
        """Thoughts alone are no answer."""
        return bool(self.text or self.calls or self.images)

    def message(self) -> Message:
        return Message(
            content=self.text if self.text or not (self.calls or self.images) else None,
            tool_calls=[call for _, call in self.calls] or UNKNOWN,
            reasoning_content=self.thought or UNKNOWN,
            images=list(self.images) or UNKNOWN,
            extra_content=signed(self.signature) or UNKNOWN,
        )

    def delta(self, *, first: bool) -> Delta:
        return Delta(
            role="assistant" if first else None,
            content=self.text or ("" if first else None),
            tool_calls=[_delta(number, call) for number, call in self.calls] or None,
            reasoning_content=self.thought or None,
            images=list(self.images) or None,
            extra_content=signed(self.signature),
        )


def heard(parts: Sequence[Part], choice: int, ids: CallIds, *, one_call: bool = False) -> Heard:
    """`one_call`: the caller takes one at a time: the first of a choice is all that he hears of.

    Raises ProviderError: malformed, for a call without a name, and for what chat has no place for.
    """
    if len(parts) == 1 and parts[0].text and parts[0] == Part(text=parts[0].text):  # nearly every event there is
        return Heard(parts[0].text)
    calls = [(part, *ids.next(choice, part.function_call)) for part in parts if part.function_call is not None]
    return Heard(
        text="".join(part.text for part in parts if part.text and not part.thought),
        thought="".join(part.text for part in parts if part.text and part.thought),
        calls=[(number, _call(part, call_id)) for part, number, call_id in calls if not (one_call and number)],
        images=[_image(part.inline_data) for part in parts if part.inline_data is not None and not part.thought],
        signature=_signature([part for part in parts if part.function_call is None]),
    )


def _signature(parts: Sequence[Part]) -> str:
    """The last: it stands for all before it."""
    return next((part.thought_signature for part in reversed(parts) if part.thought_signature), "")


def signed(signature: str | None) -> dict[str, Any] | None:
    """As Google's own endpoint of OpenAI's shape gives it, and as `request` takes it back."""
    return {"google": {"thought_signature": signature}} if signature else None


def _call(part: Part, call_id: str) -> ToolCall:
    call = part.function_call
    if call is None or not call.name:
        raise ProviderError("malformed", "a function call without a name")
    arguments = bytes(msgspec.json.format(call.args, indent=-1)).decode()
    function = ChatCall(name=call.name, arguments="{}" if arguments == "null" else arguments)
    return ToolCall(id=call_id, function=function, extra_content=signed(part.thought_signature) or UNKNOWN)


def _delta(number: int, call: ToolCall) -> ToolCallDelta:
    extra = call.extra_content if call.extra_content is not UNKNOWN else None
    return ToolCallDelta(index=number, id=call.id, type=call.type, function=call.function, extra_content=extra)


def _image(blob: Blob) -> dict[str, Any]:
    mime = blob.mime_type or ""
    if not mime.startswith("image/"):
        raise ProviderError("malformed", "the answer holds data that are no image, which chat has no place for")
    return {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{blob.data or ''}"}}


def logprobs(result: LogprobsResult | None) -> msgspec.Raw | msgspec.UnsetType:
    if result is None or not result.chosen_candidates:
        return UNKNOWN
    top = [likely.candidates or [] for likely in result.top_candidates or ()]
    top += [[]] * (len(result.chosen_candidates) - len(top))
    content = [
        _token(chosen) | {"top_logprobs": [_token(other) for other in others]}
        for chosen, others in zip(result.chosen_candidates, top, strict=False)
    ]
    return msgspec.Raw(msgspec.json.encode({"content": content, "refusal": None}))


def _token(said: Token) -> dict[str, Any]:
    token = said.token or ""
    return {"token": token, "logprob": said.log_probability or 0.0, "bytes": list(token.encode())}
