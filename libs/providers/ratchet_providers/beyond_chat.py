"""Fields of answers and chunks that the chat shape here does not name, kept for those who know them. Pure."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ratchet_providers.chat_shape import Choice, Chunk, ChunkChoice, Completion, Delta, Message

Fields = dict[str, Any]
OURS: Final = frozenset({"ratchet", "obfuscation"})  # of no meaning in another answer
OF_CHUNKS: Final = OURS | frozenset(Chunk.__struct_fields__) - {"service_tier", "system_fingerprint"}
OF_CHUNKS_CHOICES: Final = frozenset(ChunkChoice.__struct_fields__)
OF_DELTAS: Final = frozenset(Delta.__struct_fields__)
OF_ANSWERS: Final = OURS | frozenset(Completion.__struct_fields__)
OF_CHOICES: Final = frozenset(Choice.__struct_fields__)
OF_MESSAGES: Final = frozenset(Message.__struct_fields__)
_fields = msgspec.json.Decoder(Fields)


class Unknown(NamedTuple):
    """Of each choice its index, what it says beside what is known, and what its message or delta does."""

    of_chunk: Fields
    of_choices: list[tuple[int, Fields, Fields]]


def adds_words_alone(chunk: Chunk) -> bool:
    """Nearly every chunk there is: nobody looks in it for what is not known."""
    for choice in chunk.choices:
        if choice.finish_reason is not None or choice.delta.role is not None or not choice.delta.shows:
            return False
    return bool(chunk.choices)


def unknown_in(chunk: bytes) -> Unknown:
    """`chunk`: one that was understood."""
    read = _fields.decode(chunk)
    choices = [
        (choice.get("index") or 0, _without(choice, OF_CHUNKS_CHOICES), _without(choice.get("delta") or {}, OF_DELTAS))
        for choice in read.get("choices") or ()
    ]
    return Unknown(_without(read, OF_CHUNKS), choices)


def unknown_of_answer(body: Mapping[str, msgspec.Raw]) -> Unknown:
    """`body`: of one that was understood."""
    read = _fields.decode(msgspec.json.encode(body))
    choices = [
        (choice.get("index") or 0, _without(choice, OF_CHOICES), _without(choice["message"], OF_MESSAGES))
        for choice in read["choices"]
    ]
    return Unknown(_without(read, OF_ANSWERS), choices)


def _without(fields: Fields, known: frozenset[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in known}


def added(before: Any, more: Any) -> Any:
    """What a field comes to that is said bit by bit, as OpenAI's clients add it up."""
    if isinstance(before, str) and isinstance(more, str):
        return before + more
    if isinstance(before, list) and isinstance(more, list):
        return before + more
    if isinstance(before, dict) and isinstance(more, dict):
        return before | {name: added(before.get(name), value) for name, value in more.items()}
    return before if more is None else more
