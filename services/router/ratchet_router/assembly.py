"""What a model is told: a template filled with the request's texts, the examples as turns before it. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_common import conversation
from ratchet_common.errors import RefusedError
from ratchet_router.ask import Ask, Example
from ratchet_router.reasoning import INSTRUCTION
from ratchet_router.template import DOCUMENT, FROM_REQUEST, Template
from ratchet_router.wording import filled

AS_JSON: Final = "Answer with JSON alone, without a code fence around it. It has to fit this JSON Schema:"

Messages = list[dict[str, Any]]
Values = Mapping[str, str]


class MissingVariableError(RefusedError):
    type = "missing-variable"
    title = "The template needs a variable that the request does not have"


class UnknownVariableError(RefusedError):
    type = "unknown-variable"
    title = "The template has no such variable"


class ThoughtsShownError(RefusedError):
    type = "thoughts-shown"
    title = "The thoughts before the answer could not be kept from the caller"


class NoTemplateError(RefusedError):
    type = "no-template"
    title = "The request has no template"


def values_of(template: Template, ask: Ask) -> Values:
    """What goes into the template's places. Raises MissingVariableError, UnknownVariableError."""
    unknown = sorted(ask.variables.keys() - (template.variables.keys() - FROM_REQUEST))
    if unknown:
        raise _unknown(template, unknown[0])
    defaults = {name: its.default for name, its in template.variables.items() if its.default is not None}
    given = {"question": ask.question, "labels": ", ".join(ask.labels), **ask.variables}
    values = defaults | {name: value for name, value in given.items() if value.strip()} | {DOCUMENT: document_of(ask)}
    missing = next((name for name, its in template.variables.items() if its.required and name not in values), None)
    if missing is not None:
        raise _missing(template, missing)
    return values


def assembled(template: Template, ask: Ask) -> Messages:
    """Messages in OpenAI's chat shape. Raises MissingVariableError, UnknownVariableError."""
    values = values_of(template, ask)
    turns = [turn for example in ask.examples for turn in _turns(template, values, example)]
    asked = {"role": "user", "content": filled(template.user, values)}
    return [{"role": "system", "content": _system(template, values, ask)}, *turns, asked]


def thinks_aloud(ask: Ask, template: Template | None) -> bool:
    return ask.cot or (template is not None and template.reasoning)


def hides_thoughts(ask: Ask) -> bool:
    """Whether they can be cut off: not out of what is shown as it comes, and not out of several answers at once."""
    return not ask.stream and ask.choices == 1


def refuse_to_show_thoughts(ask: Ask) -> None:
    """Raises ThoughtsShownError."""
    if not hides_thoughts(ask):
        field = "stream" if ask.stream else "n"
        message = "the model thinks aloud before it answers, and here that would be seen: leave this out"
        raise ThoughtsShownError(f"{field}: {message}.", errors=[{"field": field, "message": message}])


def undressed(ask: Ask) -> Messages | msgspec.Raw:
    """The request as it came, for a task that needs no template; the caller's examples stand before it."""
    if not ask.examples:
        return ask.messages
    turns = [
        turn
        for example in ask.examples
        for turn in (*_users(example.input, example.question), {"role": "assistant", "content": example.output})
    ]
    return turns + msgspec.json.decode(ask.messages, type=Messages)


def _users(document: str, question: str) -> Messages:
    return [{"role": "user", "content": text} for text in (document, question) if text]


def refuse_what_needs_a_template(ask: Ask) -> None:
    """For a request that goes to the model as it came. Raises NoTemplateError."""
    wanted = [name for name, given in {"variables": ask.variables, "cot": ask.cot}.items() if given]
    if wanted:
        message = (
            "it works with a template, and the request has none: name one in `template`, or write it into messages"
        )
        raise NoTemplateError(f"{wanted[0]}: {message}.", errors=[{"field": wanted[0], "message": message}])


def _system(template: Template, values: Values, ask: Ask) -> str:
    schema = template.output_schema
    told = [
        filled(template.system, values),
        ask.note,
        f"{AS_JSON}\n{schema}" if schema else "",
        INSTRUCTION if thinks_aloud(ask, template) else "",
    ]
    return "\n\n".join(part for part in told if part)


def _turns(template: Template, values: Values, example: Example) -> Messages:
    """An example has the request's variables, and its own text and question."""
    own = {name: value for name, value in values.items() if name != "question"} | {DOCUMENT: example.input}
    if example.question:
        own["question"] = example.question
    return [
        {"role": "user", "content": filled(template.user, own)},
        {"role": "assistant", "content": example.output},
    ]


def document_of(ask: Ask) -> str:
    """Several documents are numbered, so that an answer can say which it means."""
    if ask.documents == 1 or ask.grounding is not None:  # passages have their numbers
        return ask.document
    said = msgspec.json.decode(ask.messages, type=list[conversation.Message])
    texts = [conversation.text_of(one.content) for one in said if one.name == conversation.DOCUMENT]
    return "\n\n".join(f"[{number}]\n{text}" for number, text in enumerate(texts, 1))


def _missing(template: Template, name: str) -> MissingVariableError:
    field = name if name in FROM_REQUEST else f"variables.{name}"
    about = template.variables[name].description
    message = f"the template {template.name} needs it{f' ({about})' if about else ''}"
    return MissingVariableError(
        f"{field}: {message}.", errors=[{"field": field, "message": message}], template=template.name, variable=name
    )


def _unknown(template: Template, name: str) -> UnknownVariableError:
    declared = sorted(template.variables.keys() - FROM_REQUEST)
    field = f"variables.{name}"
    if name in FROM_REQUEST:
        message = f"it is no variable of the request: {name} has a field of its own"
    else:
        listed = f"it declares {', '.join(declared)}" if declared else "it declares none"
        message = f"the template {template.name} has no such variable; {listed}"
    return UnknownVariableError(
        f"{field}: {message}.", errors=[{"field": field, "message": message}], template=template.name, declared=declared
    )
