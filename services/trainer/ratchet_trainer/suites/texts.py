"""A case's texts: taken out to be scrubbed, put back, and made into what a model is asked. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ratchet_common.tuned_prompt import told
from ratchet_trainer.suites.suite import Case, Check, Message


@dataclass(frozen=True, slots=True)
class Question:
    """`messages` in OpenAI's chat shape; `document` and `question` are the bare texts, for students."""

    messages: tuple[dict[str, str], ...] = field(repr=False)
    document: str = field(repr=False)
    question: str = field(default="", repr=False)
    labels: tuple[str, ...] = ()

    @property
    def chars(self) -> int:
        return sum(len(message["content"]) for message in self.messages)

    @property
    def bytes(self) -> int:
        """In UTF-8."""
        return sum(len(message["content"].encode(errors="surrogatepass")) for message in self.messages)


def texts_of(case: Case) -> tuple[str, ...]:
    """All that people wrote, in an order of its own."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _mapped(case, keep)
    return tuple(found)


def with_texts(case: Case, texts: tuple[str, ...]) -> Case:
    """`texts`: one for each of `texts_of`."""
    rest = iter(texts)
    return _mapped(case, lambda _: next(rest))


def question_of(case: Case, task_type: str, paraphrase: str | None = None) -> Question:
    """As a tuned model is told it: the same words for all. `paraphrase`: in place of the input or the last message."""
    if case.messages:
        return _of_messages(case, paraphrase)
    asked = case.input if paraphrase is None else paraphrase
    context = _shown(case)
    document, question = (context, asked) if context else (asked, "")
    said = told(task_type, document, question, case.labels)
    system = ({"role": "system", "content": said.system},) if said.system else ()
    return Question((*system, {"role": "user", "content": said.user}), document, question, case.labels)


def known_of(case: Case) -> str:
    """Everything that an answer may repeat without giving anything away."""
    return "\n".join(texts_of(case))


def _of_messages(case: Case, paraphrase: str | None) -> Question:
    said = [{"role": message.role, "content": message.content} for message in case.messages]
    context = _shown(case)
    asked = said[-1]["content"] if paraphrase is None else paraphrase
    said[-1] = {"role": "user", "content": f"{context}\n\n{asked}" if context else asked}
    return Question(tuple(said), context or asked, asked if context else "", case.labels)


def _shown(case: Case) -> str:
    """A single passage as it is; several under what cites them."""
    passages = case.passages
    if isinstance(case.context, str) or not passages:
        return "".join(passages.values())
    return "\n\n".join(f"[{key}] {text}" for key, text in passages.items())


def _mapped(case: Case, change: Callable[[str], str]) -> Case:
    """The document comes first."""

    def all_of(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(change(text) for text in texts)

    context: Any = case.context
    if isinstance(context, str):
        context = change(context)
    elif isinstance(context, dict):
        context = {key: change(text) for key, text in context.items()}
    else:
        context = all_of(context)
    reference = case.reference
    if isinstance(reference, str):
        reference = change(reference)
    elif isinstance(reference, tuple):
        reference = all_of(reference)
    return msgspec.structs.replace(
        case,
        context=context,
        reference=reference,
        input=change(case.input),
        messages=tuple(Message(role=said.role, content=change(said.content)) for said in case.messages),
        labels=all_of(case.labels),
        rubric=change(case.rubric),
        paraphrases=all_of(case.paraphrases),
        ratings=tuple(msgspec.structs.replace(one, output=change(one.output)) for one in case.ratings),
        checks=tuple(_checked(check, change) for check in case.checks),
    )


def _checked(check: Check, change: Callable[[str], str]) -> Check:
    return msgspec.structs.replace(check, words=tuple(change(word) for word in check.words))
