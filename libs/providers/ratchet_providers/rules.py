"""What the simulated provider says: one simple rule a task, from the words of the text alone."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_common.conversation import Reading
from ratchet_providers.answering_rows import CELLS, Says, what_says

SUMMARY_WORDS, SUMMARY_SENTENCES = 80, 3  # as the templates that ship ask for it
LISTED = 10
NOTHING: Final = "The text does not say."
TASK_CUES = re.compile(
    r"\b(please|could you|can you|would you|need(s)? to|must|should|will|'ll|going to|let us|let's|"
    r"make sure|by (monday|tuesday|wednesday|thursday|friday|tomorrow|noon|the end))\b",
    re.IGNORECASE,
)
RISK_CUES = re.compile(
    r"\b(risk|danger|delay|penalt\w+|breach|terminat\w+|liab\w+|fail\w*|lose|loss\w*|cannot|unless|without|worr\w+)\b",
    re.IGNORECASE,
)
ENTITY = re.compile(
    r"\b(?:[A-Z][\w&-]+(?: [A-Z][\w&-]+)+|[A-Z]{2,}\w*|\d{4}-\d{2}-\d{2})\b"
    r"|[$€£]\s?\d[\d,.]*\d(?: (?:million|billion))?"
)
LABEL_CUES: Final[Mapping[str, re.Pattern[str]]] = {
    "request": re.compile(r"\b(please|could you|can you|would you|kindly|need you)\b", re.IGNORECASE),
    "commitment": re.compile(r"\b(i will|i'll|we will|we'll|promise)\b", re.IGNORECASE),
    "decision": re.compile(r"\b(decided|agreed|approved)\b", re.IGNORECASE),
    "question": re.compile(r"\?\s*$", re.MULTILINE),
    "risk": RISK_CUES,
    "status": re.compile(r"\b(done|finished|on track|so far|half way)\b", re.IGNORECASE),
    "positive": re.compile(r"\b(good|great|thanks|excellent|happy)\b", re.IGNORECASE),
    "negative": re.compile(r"\b(bad|poor|terrible|unhappy|complain\w*)\b", re.IGNORECASE),
    "yes": TASK_CUES,
}
PASSAGE_HEAD = re.compile(
    r"^\[\d{1,3}\] [^\n]*, pages? \d+(?:-\d+)?$", re.MULTILINE
)  # as the router heads what it retrieved
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
WORD = re.compile(r"\w+")
_EMPTY: Final = """
a an and are as at be by did do does for from had has have how in is it its many much of on or s that the their to was
were what when where which who whom whose why will with
"""
STEM: Final = 5  # letters by which two forms of a word are known as one
TELLING: Final = 7  # letters of a word that is hardly a verb in another form: bought, of what was sold
EMPTY: Final = frozenset(_EMPTY.split())  # words that every question has
_ASKING: Final = """
according answered answers concerning contained contains describe described document documents exactly explain following
happened information mention mentioned mentions outlined passage provide provided question regarding stated summarise
summarize through whether
"""
ASKING: Final = frozenset(_ASKING.split())  # long ones that ask, and name nothing


@dataclass(frozen=True, slots=True)
class Said:
    output: str
    items: tuple[str, ...] | None = None
    label: str | None = None


def answer_by_rule(task_type: str, reading: Reading, labels: Sequence[str] = ()) -> Said:
    if task_type == "classification":
        label = best_label(reading.document, labels)
        return Said(label, label=label)
    if task_type == "action_items":
        items = _with(TASK_CUES, reading.document)
        return Said(_as_list(items), items=items)
    return Said(TEXTS.get(task_type, chat)(reading))


def best_label(text: str, labels: Sequence[str]) -> str:
    """The label that the text names or hints at most often; of equals, and of none, the first."""
    if not labels:
        return "unknown"
    lowered = text.lower()
    return max(labels, key=lambda label: _hints(lowered, label.lower()))


def _hints(text: str, label: str) -> int:
    words = "[ _-]".join(WORD.findall(label.replace("_", " ")))
    named = len(re.findall(rf"\b{words}\b", text)) if words else 0
    cues = LABEL_CUES.get(label)
    return 2 * named + (len(cues.findall(text)) if cues else 0)


def sentences(text: str) -> list[str]:
    return [s for part in SENTENCE_END.split(text) if (s := part.strip())]


def summary(reading: Reading) -> str:
    """The first sentences, or those that share most words with the question; three, and about 80 words."""
    found = sentences(reading.document)
    asked = _words(reading.question)
    ranked = (
        sorted(range(len(found)), key=lambda i: (-len(asked & _words(found[i])), i)) if asked else range(len(found))
    )
    kept: list[int] = []
    words = 0
    for i in ranked:
        length = len(found[i].split())
        if kept and (words + length > SUMMARY_WORDS or len(kept) == SUMMARY_SENTENCES):
            break
        kept.append(i)
        words += length
    return " ".join(" ".join(found[i] for i in sorted(kept)).split()[:SUMMARY_WORDS])


def entities(reading: Reading) -> str:
    return _as_list(tuple(dict.fromkeys(ENTITY.findall(reading.document)))[:LISTED])


def risks(reading: Reading) -> str:
    found = _with(RISK_CUES, reading.document)
    return _as_list(found) or "No risk is named in the text."


def best_sentence(reading: Reading) -> str:
    """Never a heading, or the head of a table: it names what is asked for, and does not say it. A row goes by the names
    of its columns as well; of rows that are as near the one whose own words are the fewest.
    """
    found = list(what_says(PASSAGE_HEAD.sub("", reading.document)))
    asked = _words(reading.question)
    asked = asked - EMPTY or asked
    if not asked:
        return found[0].text if found else NOTHING
    if _speaks_of_another(reading.document, asked):
        return NOTHING
    near = [one for one in found if asked & _words(one.text)]
    return max(near, key=lambda one: _nearness(one, asked)).text if near else NOTHING


def _speaks_of_another(document: str, asked: frozenset[str]) -> bool:
    """Whether what is asked for stands nowhere in the text: of an observatory a text on a bridge says nothing, although
    both are in the same town. As far as words tell: a text that has it in other words is not understood by rules.
    """
    there = {word[:STEM] for word in _words(document)}
    telling = (word for word in asked - ASKING if len(word) >= TELLING and word.isalpha())
    return any(word[:STEM] not in there for word in telling)


def _nearness(one: Says, asked: frozenset[str]) -> tuple[int, int]:
    label = one.text.partition(CELLS)[0] if one.under else ""
    return len(asked & _words(f"{one.under} {one.text}")), -len(_words(label) - asked)


def report(reading: Reading) -> str:
    return f"Summary\n{summary(reading)}\n\nTo do\n{_as_list(_with(TASK_CUES, reading.document))}"


def chat(reading: Reading) -> str:
    return f"This is a simulated answer. You wrote {len(reading.document.split())} words: {summary(reading)}"


TEXTS: Final[Mapping[str, Callable[[Reading], str]]] = {
    "summary": summary,
    "entities": entities,
    "risk_assessment": risks,
    "qa": best_sentence,
    "report": report,
    "chat": chat,
}


def _with(cues: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(s for s in sentences(text) if cues.search(s))[:LISTED]


def _as_list(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))
