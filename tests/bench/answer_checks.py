"""The checks of answers: what they take, and how often they are wrong on texts that people wrote (public data).

TAT-QA (NExTplusplus, CC-BY-4.0): answers that stand in their contexts must pass, with one digit changed they must not;
so must those that people worked out from two figures, where the answer tells both.
QMSum (Yale-LILY, MIT): summaries by people must pass. 10-Q reports (docugami, MIT): the time.
"""

import gzip
import json
import random
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ratchet_router.checking.checks import checked
from ratchet_router.checking.numbers import numbers
from ratchet_router.checking.private_kinds import private_in
from ratchet_router.checking.subject import LONGEST_GIVEN, Subject
from tests.bench.figure import Figure
from tests.bench.public_data import FOLDER, questions

DOCUMENT, ANSWER = 20_000, 4_000  # characters
TOLD = "You summarise documents faithfully. Use only what the text says; keep names, dates and figures exact."
PRIVATE = {"EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS"}

_NUMBER = r"[([-]*\$?([\d.,]*\d)[)\]]*"
_OF_TWO = re.compile(rf"{_NUMBER}\s*[-+/]\s*{_NUMBER}(?:\s*/\s*{_NUMBER})?")


@dataclass(frozen=True, slots=True)
class Answer:
    """`found`: it stands in the document; else people have worked it out."""

    text: str
    document: str
    found: bool


def run() -> list[Figure]:
    return [*_times(), *_figures_of_answers(), *_summaries(), _private()]


def tatqa() -> Iterator[Answer]:
    """With the scale that the table's head gives them, where there is one."""
    for context, document in _contexts():
        for question in context["questions"]:
            given = question["answer"] if isinstance(question["answer"], list) else [question["answer"]]
            scale = question["scale"] if question["scale"] != "percent" else ""
            text = "; ".join(f"{one} {scale}".strip() for one in given)
            if any(map(str.isdigit, text)) and question["answer_type"] != "count":
                yield Answer(text, document, question["answer_type"] != "arithmetic")


def _contexts() -> Iterator[tuple[dict[str, Any], str]]:
    for context in json.loads((FOLDER / "tatqa/tatqa_dataset_dev.json").read_text()):
        rows = [" | ".join(row) for row in context["table"]["table"]]
        yield context, "\n".join([*rows, *(paragraph["text"] for paragraph in context["paragraphs"])])


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """`both`: a sentence with the two figures, `one`: with one of them; both without `figure`, which follows."""

    both: str
    one: str
    figure: str
    document: str


def worked_out() -> Iterator[WorkedOut]:
    for context, document in _contexts():
        for question in context["questions"]:
            found = _OF_TWO.fullmatch(question["derivation"])
            if question["answer_type"] != "arithmetic" or not found or found[3] not in (None, found[1], found[2]):
                continue
            said = str(question["answer"]).lstrip("-")
            is_ratio = "/" in found[0] and question["scale"] != "percent"
            figure = f"{said}%" if question["scale"] == "percent" else f"a ratio of {said}" if is_ratio else said
            yield WorkedOut(f"From {found[2]} to {found[1]}: ", f"It came to {found[1]}: ", figure, document)


def passes(text: str, document: str) -> bool:
    found = numbers(Subject(task_type="summary", output=text, document=document))
    return found is None or not found.serious


def with_another_digit(text: str, chance: random.Random) -> str:
    """No zero comes first: it would make another number of digits."""
    digits = [found.start() for found in re.finditer(r"\d", text)]
    at = chance.choice(digits)
    return f"{text[:at]}{chance.choice([d for d in '123456789' if d != text[at]])}{text[at + 1 :]}"


def _figures_of_answers() -> Iterator[Figure]:
    chance, answers = random.Random(5), list(tatqa())
    found = [answer for answer in answers if answer.found]
    right = [passes(answer.text, answer.document) for answer in found]
    wrong = [not passes(with_another_digit(answer.text, chance), answer.document) for answer in found]
    computed = [passes(answer.text, answer.document) for answer in answers if not answer.found]
    yield _share("numbers: answers of TAT-QA that pass", right, 0.99)
    yield _share("numbers: with one digit changed, seen", wrong, 0.9)
    yield _share("numbers: computed answers of TAT-QA that pass (so qa is only warned)", computed, None)
    yield from _worked_out()


def _worked_out() -> Iterator[Figure]:
    chance, told = random.Random(3), list(worked_out())
    both = [passes(one.both + one.figure, one.document) for one in told]
    wrong = [not passes(one.both + with_another_digit(one.figure, chance), one.document) for one in told]
    single = [passes(one.one + one.figure, one.document) for one in told]
    yield _share("numbers: worked out from two that are told, pass", both, 0.9)
    yield _share("numbers: the same with one digit changed, seen", wrong, 0.9)
    yield _share("numbers: worked out from two of which one is told, pass", single, None)


def summaries() -> list[Subject]:
    return [
        Subject(
            task_type="summary",
            output=str(one.example.target),
            document=one.example.document,
            question=one.example.question,
            instructions=TOLD,
            finish_reason="stop",
        )
        for part in ("train", "val")
        for one in questions(part)
        if len(one.example.document) < LONGEST_GIVEN - 1_000
    ]


def _summaries() -> Iterator[Figure]:
    checks = [checked(one) for one in summaries()]
    for name in ("numbers", "language", "copied_prompt", "refusal", "private_data", "citations"):
        wrong = [any(c.name == name and (c.detail != "") for c in of_one) for of_one in checks]
        yield Figure(
            name=f"{name}: false alarms on people's summaries of QMSum",
            value=sum(wrong) / len(wrong),
            unit=f"share of {len(wrong)}",
            goal="≤ .02",
            met=sum(wrong) / len(wrong) <= 0.02,
        )


def _private() -> Figure:
    """No sentence has a finding that is not marked."""
    kinds, seen, false = 0, 0, 0
    for sentence in json.loads((FOLDER / "pii_synthetic/sentences.json").read_text()):
        marked = [s for s in sentence["spans"] if s["entity_type"] in PRIVATE]
        found = list(private_in(sentence["full_text"]))
        ends = [(one.start, one.start + len(one.value)) for one in found]
        hit = [any(a < s["end_position"] and s["start_position"] < b for a, b in ends) for s in marked]
        kinds, seen = kinds + len(marked), seen + sum(hit)
        false += max(0, len(found) - sum(hit))
    return Figure(
        name="private_data: seen in synthetic sentences",
        value=seen / kinds,
        unit=f"share of {kinds}; {false} false alarms",
        goal="",
        met=None,
    )


def reports() -> list[str]:
    with gzip.open(FOLDER / "sec_10q/pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        text = "\n".join(json.loads(line)["text"] for line in lines)
    return [text[start : start + DOCUMENT] for start in range(0, 60 * DOCUMENT, DOCUMENT)]


def _times() -> Iterator[Figure]:
    chance, documents = random.Random(1), reports()
    for name, sources in (("all in it", documents), ("none of it", documents[7:] + documents[:7])):
        taken = []
        for document, source in zip(documents, sources, strict=True):
            pieces = [source[at : at + 250] for at in (chance.randrange(DOCUMENT - 250) for _ in range(ANSWER // 250))]
            one = Subject(
                task_type="report",
                output=" ".join(pieces)[:ANSWER],
                document=document,
                instructions=TOLD,
                finish_reason="stop",
            )
            started = time.thread_time()
            checked(one)
            taken.append((time.thread_time() - started) * 1000)
        median = statistics.median(taken)
        yield Figure(
            name=f"checks: 4,000 characters against 20,000 of a 10-Q, figures {name}",
            value=median,
            unit=f"ms of CPU (worst of {len(taken)}: {max(taken):.1f})",
            goal="≤ 2" if name == "all in it" else "",
            met=median <= 2 if name == "all in it" else None,
        )


def _share(name: str, hits: list[bool], goal: float | None) -> Figure:
    share = sum(hits) / len(hits)
    return Figure(
        name=name,
        value=share,
        unit=f"share of {len(hits)}",
        goal=f"≥ {goal}" if goal else "",
        met=share >= goal if goal else None,
    )
