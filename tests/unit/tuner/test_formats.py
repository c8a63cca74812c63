"""What the trainer writes, the tuner reads."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson
from ratchet_tuner.lines import Chat, Preference, Related, rows_of

texts = st.text(min_size=1).filter(str.strip)
lessons = st.builds(Lesson, system=st.just("") | texts, user=texts, wanted=texts, rejected=texts)
SHAPES: dict[str, Any] = {"chat": Chat, "openai_preference": Preference, "embedding_pairs": Related}


@given(lesson=lessons)
@pytest.mark.parametrize("name", SHAPES)
def test_a_line_of_each_format_is_read_whole(name: str, lesson: Lesson) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "train.jsonl"
        path.write_bytes(FORMATS[name].line(lesson) or b"")
        (row,) = rows_of(path, SHAPES[name])
    assert {lesson.user, lesson.wanted} <= set(texts_in(msgspec.to_builtins(row)))


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in texts_in(part)]
