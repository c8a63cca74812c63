"""Is there an answer, is it whole, is it a label that was asked for, is it as long as it should be?"""

from collections.abc import Iterator

from ratchet_router.checking.lengths import ANY, FAR, FAR_SHORT, Range, paragraphs_in, sentences_in, words_in
from ratchet_router.checking.subject import Finding, Subject

LONG_ENOUGH_TO_SHORTEN = 600  # characters
CUT = {"length": "the limit of its tokens", "content_filter": "the provider's filter"}


def not_empty(subject: Subject) -> Finding | None:
    """An answer that calls tools need not say anything."""
    said = subject.output.strip() or subject.finish_reason == "tool_calls"
    return None if said else Finding("The answer is empty.")


def label_known(subject: Subject) -> Finding | None:
    return None if subject.label in subject.labels else Finding("The answer is none of the labels.")


def complete(subject: Subject) -> Finding | None:
    """By the finish reason, in OpenAI's words."""
    by = CUT.get(subject.finish_reason)
    return Finding(f"The answer was cut off by {by}.") if by else None


def shorter(subject: Subject) -> Finding | None:
    return None if len(subject.output) < len(subject.document) else Finding("The summary is as long as the text.")


def length(subject: Subject) -> Finding | None:
    """A little off is worth a warning; far off is not what was asked for."""
    wanted, found = subject.length, list[tuple[str, bool]]()
    for unit, range_, count in (
        ("words", wanted.words, words_in),
        ("sentences", wanted.sentences, sentences_in),
        ("paragraphs", wanted.paragraphs, paragraphs_in),
        ("characters", wanted.characters, len),
    ):
        if range_ != ANY:
            found += _off(unit, range_, count(subject.text))
    if not found:
        return None
    return Finding(" ".join(detail for detail, _ in found), serious=any(far for _, far in found))


def _off(unit: str, asked: Range, has: int) -> Iterator[tuple[str, bool]]:
    if asked.most is not None and has > asked.most:
        yield (
            f"The answer has {has} {unit}, at most {asked.most} were asked for.",
            has > max(FAR * asked.most, asked.most + 1),
        )
    if asked.least is not None and has < asked.least:
        yield f"The answer has {has} {unit}, at least {asked.least} were asked for.", has < FAR_SHORT * asked.least
