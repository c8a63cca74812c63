"""What the checks say of an answer, and how sure it is: for one request, from all that was asked and said."""

from collections.abc import Mapping
from typing import Final

import msgspec

from ratchet_common.events import BASE_VERSION, Approach, Calibration, Check, RawConfidence
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelAnswer
from ratchet_router.ask import Ask
from ratchet_router.checking.asked_language import SEVERAL, asked_language
from ratchet_router.checking.checks import checked
from ratchet_router.checking.lengths import ANY_LENGTH
from ratchet_router.checking.subject import Passage, Subject
from ratchet_router.confidence import calibrated, is_probability, raw_confidence, tokens_in
from ratchet_router.grounding.elsewhere import is_elsewhere
from ratchet_router.grounding.sources import Source
from ratchet_router.shaping import Shaped
from ratchet_router.template import Template


class _Schema(msgspec.Struct, frozen=True):
    schema: msgspec.Raw | None = None


class _Format(msgspec.Struct, frozen=True):
    json_schema: _Schema | None = None


LANGUAGE: Final = "language"  # the variable that says in which an answer shall be

_format = msgspec.json.Decoder(_Format)


def checks_of(
    ask: Ask, found: Shaped, said: ModelAnswer, template: Template | None, *, saw_it: bool = True
) -> tuple[Check, ...]:
    """`saw_it`: whoever answered was told what the template says: how long the answer shall be, in which schema."""
    values = _values(ask, template) if template else {}
    sources = ask.grounding.sources if ask.grounding is not None else ()
    subject = Subject(
        task_type=ask.task_type,
        output=found.output,
        items=found.items,
        label=found.label,
        labels=ask.labels,
        document="" if sources else ask.document,
        numbered=ask.documents if ask.documents > 1 and not sources else 0,
        context=tuple(passage_of(source) for source in sources),
        looked_up=ask.grounding is not None and not ask.document,
        picked=bool(said.evidence),
        elsewhere=ask.task_type == TaskType.REPORT and is_elsewhere(ask),
        question=ask.question,
        schema=_schema(ask, template if saw_it else None),
        language=_language(ask, values),
        length=template.length.wanted(values) if template and saw_it else ANY_LENGTH,
        instructions=f"{template.system}\n{template.user}" if template else "",
        finish_reason=said.finish,
    )
    return checked(subject)


def passage_of(source: Source) -> Passage:
    return Passage(source.text, source.title, source.first_page, source.last_page)


def _values(ask: Ask, template: Template) -> dict[str, str]:
    defaults = {name: its.default for name, its in template.variables.items() if its.default is not None}
    return defaults | {name: value for name, value in ask.variables.items() if value.strip()}


def _language(ask: Ask, values: Mapping[str, str]) -> str:
    """What the caller puts into the template's place for it, known here or not, else what stands there by itself."""
    found = asked_language(values.get(LANGUAGE, ""))
    return SEVERAL if not found and ask.variables.get(LANGUAGE, "").strip() else found


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


def confidence_of(
    raw: RawConfidence | None, version_id: str, calibrations: tuple[Calibration, ...], approach: Approach = "direct"
) -> float | None:
    """A student's is calibrated by its training; with passages that others found, by what feedback says of that."""
    return calibrated(raw, _that_count(version_id, calibrations), approach)


def probability_of(
    raw: RawConfidence | None, version_id: str, calibrations: tuple[Calibration, ...], approach: Approach
) -> float | None:
    """The same, where it is one: None where nothing is known that a threshold could be held against."""
    counting = _that_count(version_id, calibrations)
    return calibrated(raw, counting, approach) if raw and is_probability(raw, counting, approach) else None


def _that_count(version_id: str, calibrations: tuple[Calibration, ...]) -> tuple[Calibration, ...]:
    if version_id == BASE_VERSION:
        return calibrations
    return tuple(one for one in calibrations if one.approach == "hybrid_rag_finetuned")
