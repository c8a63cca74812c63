"""What Amazon Bedrock's customization jobs read: one shape for Claude, one for Nova, one for Llama.

Rules: the Bedrock and Nova user guides on preparing data for fine-tuning, read in 2026.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import Lesson
from ratchet_trainer.formats.turns import empty_text, wrong_order

Role = Literal["user", "assistant"]
NOVA_SCHEMA: Final = "bedrock-conversation-2024"  # ours, as the guide's examples have it; its jobs take any text
# Nova fails a job for these; Llama's and Claude's jobs take them.
RESERVED: Final = ("User:", "Bot:", "Assistant:", "System:", "<image>", "<video>", "[EOS]")


class ClaudeMessage(msgspec.Struct, forbid_unknown_fields=True):
    role: Role
    content: str


class Claude(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    messages: list[ClaudeMessage]
    system: str = ""


class Text(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class NovaMessage(msgspec.Struct, forbid_unknown_fields=True):
    role: Role
    content: list[Text]


class Nova(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    schema_version: str
    messages: list[NovaMessage]
    system: list[Text] = []


class Llama(msgspec.Struct, forbid_unknown_fields=True):
    prompt: str
    completion: str


def claude_of(lesson: Lesson) -> Claude:
    return Claude([ClaudeMessage("user", lesson.user), ClaudeMessage("assistant", lesson.wanted)], lesson.system)


def nova_of(lesson: Lesson) -> Nova:
    turns = [NovaMessage("user", [Text(lesson.user)]), NovaMessage("assistant", [Text(lesson.wanted)])]
    return Nova(NOVA_SCHEMA, turns, [Text(lesson.system)] if lesson.system else [])


def llama_of(lesson: Lesson) -> Llama:
    return Llama(f"{lesson.system}\n\n{lesson.user}" if lesson.system else lesson.user, lesson.wanted)


def wrong_claude(record: Claude) -> str | None:
    roles = [message.role for message in record.messages]
    return wrong_order(roles) or empty_text([message.content for message in record.messages])


def wrong_nova(record: Nova) -> str | None:
    if not record.schema_version.strip():
        return f"its schemaVersion is empty: write {NOVA_SCHEMA}, or another text"
    roles = [message.role for message in record.messages]
    texts = ["".join(part.text for part in message.content) for message in record.messages]
    told = [part.text for part in record.system] + [
        text for text, role in zip(texts, roles, strict=True) if role == "user"
    ]
    return wrong_order(roles) or empty_text(texts) or _reserved(told)


def _reserved(told: Sequence[str]) -> str | None:
    found = next((word for word in RESERVED if any(word in text for text in told)), None)
    return None if found is None else f"it holds {found}, a word that Nova keeps for itself: write it another way"


def wrong_llama(record: Llama) -> str | None:
    sides = {"prompt": record.prompt, "completion": record.completion}
    return next((f"its {name} is empty" for name, text in sides.items() if not text.strip()), None)


CLAUDE = Format("bedrock_claude", claude_of, Claude, wrong_claude)
NOVA = Format("bedrock_nova", nova_of, Nova, wrong_nova)
LLAMA = Format("bedrock_llama", llama_of, Llama, wrong_llama)
