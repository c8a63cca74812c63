"""Spans of the texts, by the forest that answers questions about a text alone."""

import re
from collections.abc import Sequence

import numpy as np

from ratchet_student.candidates import looks_of, spans_for
from ratchet_student.forest import Forest
from ratchet_student.questions import Habits, Text, asked
from ratchet_student.reader.given import SpanAt
from ratchet_student.reader.programs import Program

BEST = 3


def text_programs(text: Text, question: str, habits: Habits, forest: Forest) -> list[Program]:
    """The best ones, each different."""
    if not text.passages:
        return []
    about = asked(question, text, habits)
    each = spans_for(about, text)
    looks = [looks_of(about, spans, habits) for spans in each]
    worth = forest(np.concatenate([one.features for one in looks]).astype(np.float32))[:, 0]
    owner = np.repeat(np.arange(len(looks)), [len(one.rows) for one in looks])
    rows = np.concatenate([one.rows for one in looks])
    found: dict[str, Program] = {}
    for place in np.argsort(-worth, kind="stable"):
        said = each[owner[place]].text(int(rows[place]))
        found.setdefault(said, Program("text", (), (said,), variant=len(found), worth=float(worth[place])))
        if len(found) == BEST:
            break
    return list(found.values())


def where(texts: Sequence[str], said: str) -> tuple[SpanAt, ...]:
    """The first place where it stands, however it is spaced."""
    pattern = re.compile(r"\s+".join(map(re.escape, said.split())))
    for place, text in enumerate(texts):
        if found := pattern.search(text):
            return (SpanAt(place, found.start(), found.end()),)
    return ()
