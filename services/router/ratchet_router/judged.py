"""What the checks say of an answer, and how sure it is: for one request, from all that was asked and said."""

import msgspec

from ratchet_common.events import BASE_VERSION, Calibration, Check, RawConfidence
from ratchet_providers.base import ModelAnswer
from ratchet_router.ask import Ask
from ratchet_router.checking.checks import checked
from ratchet_router.checking.named_language import language_named
from ratchet_router.checking.subject import ANY_LANGUAGE, Subject
from ratchet_router.confidence import calibrated, raw_confidence, tokens_in
from ratchet_router.shaping import Shaped
from ratchet_router.template import Template


class _Schema(msgspec.Struct, frozen=True):
    schema: msgspec.Raw | None = None


class _Format(msgspec.Struct, frozen=True):
    json_schema: _Schema | None = None


_format = msgspec.json.Decoder(_Format)


def checks_of(ask: Ask, found: Shaped, said: ModelAnswer, template: Template | None) -> tuple[Check, ...]:
    subject = Subject(
        task_type=ask.task_type,
        output=found.output,
        items=found.items,
        label=found.label,
        labels=ask.labels,
        document=ask.document,
        numbered=ask.documents if ask.documents > 1 else 0,
        question=ask.question,
        language=_language(ask, template),
        schema=_schema(ask, template),
        instructions=f"{template.system}\n{template.user}" if template else "",
        finish_reason=said.finish,
    )
    return checked(subject)


def _language(ask: Ask, template: Template | None) -> str:
    """What the caller puts into the template's place for it, else what stands there by itself."""
    if given := ask.variables.get("language"):
        return language_named(given) or ANY_LANGUAGE
    place = template.variables.get("language") if template else None
    return language_named(place.default or "") if place else ""


def _schema(ask: Ask, template: Template | None) -> bytes:
    """What the caller asks for goes before what the template does."""
    given = ask.passed_on.get("response_format")
    if given is not None:
        try:
            wanted = _format.decode(given).json_schema
        except msgspec.DecodeError:
            return b""  # the provider says what is wrong with it
        return bytes(wanted.schema) if wanted and wanted.schema else b""
    return template.output_schema.encode() if template else b""


def raw_confidence_of(ask: Ask, found: Shaped, said: ModelAnswer, checks: tuple[Check, ...]) -> RawConfidence | None:
    choices = said.body.get("choices") if said.body is not None and said.shape == "chat" else None
    tokens = tokens_in(choices) if choices is not None and "logprobs" in ask.passed_on else ()
    return raw_confidence(ask.task_type, checks, said=said.confidence, tokens=tokens, label=found.label)


def confidence_of(raw: RawConfidence | None, version_id: str, calibrations: tuple[Calibration, ...]) -> float | None:
    """A student's is calibrated by its training."""
    return calibrated(raw, calibrations if version_id == BASE_VERSION else ())
