"""What is wrong with a case: it asks nothing, or no answer could pass it. Sentences that quote nothing. Pure."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ratchet_scoring.figures import figures_wanted
from ratchet_scoring.formats import WrongSchemaError, json_fault, label_fault
from ratchet_scoring.named import WITHOUT_REFERENCE
from ratchet_scoring.rouge import tokens
from ratchet_scoring.scorers import LABEL_TASKS, LIST_TASKS, render_target
from ratchet_trainer.suites.suite import Case, Check

NEEDED: Final = {"words": "words", "no_words": "words", "most_words": "most_words"}  # fields, by scorer
WORDS: Final = {"rouge_1": 1, "rouge_2": 2, "rouge_l": 1}  # that the reference has at least, by scorer


def faults_of(case: Case, task_type: str) -> Iterator[str]:
    if bool(case.input.strip()) == bool(case.messages):
        yield "it has both input and messages" if case.messages else "it asks nothing: give it input or messages"
    if case.messages and case.messages[-1].role != "user":
        yield "its last message is not the user's"
    if not all(text.strip() for text in case.paraphrases):
        yield "one of its paraphrases is empty"
    if case.reference is None and not case.checks:
        yield "nothing is held against its answer: give it a reference or checks"
    if case.reference is not None:
        yield from _of_reference(render_target(task_type, case.reference), case, task_type)
    for place, check in enumerate(case.checks, 1):
        yield from (f"check {place} ({check.scorer}) {fault}" for fault in _of_check(check, case, task_type))


def schema_of(check: Check) -> str:
    return msgspec.json.encode(check.json_schema).decode() if check.json_schema else ""


def _of_reference(text: str, case: Case, task_type: str) -> Iterator[str]:
    """A list may be empty: that there is nothing is an answer."""
    if task_type not in LIST_TASKS and not text.strip():
        yield "its reference is empty: no answer could pass"
    elif task_type in LABEL_TASKS and case.labels and label_fault(text, case.labels):
        yield "its reference is none of its labels"


def _of_check(check: Check, case: Case, task_type: str) -> Iterator[str]:
    if check.scorer not in WITHOUT_REFERENCE and case.reference is None:
        yield "needs a reference, and the case has none"
    elif len(tokens(render_target(task_type, case.reference))) < WORDS.get(check.scorer, 0):
        yield f"needs a reference of at least {WORDS[check.scorer]} words"
    elif check.scorer == "numeric" and not figures_wanted(render_target(task_type, case.reference)):
        yield "needs a reference with a figure"
    if check.scorer == "label" and not case.labels:
        yield "needs labels, and the case has none"
    if check.scorer == "citations" and not any(text.strip() for text in case.passages.values()):
        yield "needs a context, and the case has none"
    needed = NEEDED.get(check.scorer)
    if needed and not getattr(check, needed):
        yield f"needs {needed}"
    if not all(word.strip() for word in check.words):
        yield "has an empty word"
    if check.json_schema:
        try:
            json_fault("null", schema_of(check))
        except WrongSchemaError:
            yield "has no JSON Schema in json_schema, or one that refers to something outside itself"
