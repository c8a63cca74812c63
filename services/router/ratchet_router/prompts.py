"""What a model is told for a task: texts as data, put together with the caller's."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from ratchet_common.vocabulary import TaskType

SHIPPED = Path(__file__).parent / "prompts.toml"
Messages = list[dict[str, Any]]


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    system: str
    user: str
    question: str
    labels: str = "Labels: $labels"


Prompts = Mapping[TaskType, Prompt]


def read_prompts(path: Path = SHIPPED) -> Prompts:
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[TaskType, Prompt])


def assembled(
    prompt: Prompt,
    *,
    document: str,
    question: str = "",
    labels: Sequence[str] = (),
    examples: Sequence[tuple[str, str]] = (),
) -> Messages:
    """Messages in OpenAI's chat shape: the system's words, the examples as turns, then the request."""
    turns = [turn for given, answer in examples for turn in (_user(_asked(prompt, given, "", labels)), _answer(answer))]
    return [{"role": "system", "content": prompt.system}, *turns, _user(_asked(prompt, document, question, labels))]


def _asked(prompt: Prompt, document: str, question: str, labels: Sequence[str]) -> str:
    parts = [
        Template(prompt.labels).substitute(labels=", ".join(labels)) if labels else "",
        Template(prompt.user).substitute(document=document),
        Template(prompt.question).substitute(question=question) if question else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _user(content: str) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _answer(content: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content}
