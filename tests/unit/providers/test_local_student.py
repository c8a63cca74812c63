import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_providers.base import Evidence, ModelRequest, ProviderError
from ratchet_providers.local_student import ArtifactError, LocalStudents, Said, path_of
from ratchet_student import fit, save
from tests.unit.student.texts import mails

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Inline:
    """Runs the work where it stands; `dies` once with each of these first."""

    dies: list[Exception] = field(default_factory=list)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self.dies:
            raise self.dies.pop()
        return work(*args, **kwargs)


def student(path: str, sha256: str, document: str, question: str, labels: Sequence[str]) -> Said:
    if sha256 == "wrong":
        raise ArtifactError("StudentFileError")
    return Said(output=f"{path}: {document} {question} {labels}", confidence=0.9, label="risk")


def asked(**how: Any) -> ModelRequest:
    given = {"artifact": "file:///models/a%20b.student", "sha256": "right", "labels": ("risk",), "question": "q"}
    return ModelRequest(model="v", task_type="classification", messages=[], document="d", **given | how)


async def test_a_student_sees_the_bare_texts_and_says_how_sure_it_is() -> None:
    answer = await LocalStudents(Inline(), student).answer(asked())
    assert answer.output == "/models/a b.student: d q ('risk',)"
    assert (answer.label, answer.confidence, answer.simulated) == ("risk", 0.9, False)


def reading(path: str, sha256: str, document: str, question: str, labels: Sequence[str]) -> Said:
    its = (Evidence("5", 3, 4),)
    return Said(output="5 thousand", confidence=0.9, evidence=its, assumptions=("Of 9 tables 2 were read.",))


async def test_a_readers_answer_says_where_it_stands_and_what_was_left_out() -> None:
    answer = await LocalStudents(Inline(), reading).answer(asked())
    assert [(its.text, its.start, its.end) for its in answer.evidence] == [("5", 3, 4)]
    assert answer.assumptions == ("Of 9 tables 2 were read.",)


def doubtful(path: str, sha256: str, document: str, question: str, labels: Sequence[str]) -> Said:
    return Said(output="risk", confidence=0.4, label="risk", sure=False)


async def test_what_it_is_not_sure_of_it_leaves_to_others_where_there_are_some() -> None:
    students = LocalStudents(Inline(), doubtful)
    with pytest.raises(ProviderError) as failed:
        await students.answer(asked(may_abstain=True))
    assert (failed.value.kind, failed.value.usage is not None) == ("unsure", True)
    assert (await students.answer(asked())).label == "risk"


@pytest.mark.parametrize(
    ("request_", "dies"),
    [
        (asked(sha256="wrong"), []),
        (asked(artifact="s3://bucket/key"), []),
        (asked(artifact="file://elsewhere/models/a"), []),
        (asked(artifact=""), []),
        (asked(), [RetryLaterError("killed")]),
    ],
)
async def test_what_cannot_be_used_is_unavailable(request_: ModelRequest, dies: list[Exception]) -> None:
    with pytest.raises(ProviderError) as failed:
        await LocalStudents(Inline(list(dies)), student).answer(request_)
    assert (failed.value.kind, failed.value.retryable) == ("unavailable", True)


def test_a_file_url_names_a_path() -> None:
    assert path_of("file:///models/x.student") == path_of("file://localhost/models/x.student") == "/models/x.student"


def test_whoever_gets_a_students_answer_loads_no_scikit_learn(tmp_path: Path) -> None:
    """A router does, in its event loop's process."""
    digest = save(fit("classification", mails(40)), tmp_path / "student")
    script = f"""
import asyncio, sys
from ratchet_common.workers import Workers
from ratchet_providers.base import ModelRequest
from ratchet_providers.local_student import LocalStudents

async def answered():
    asked = {{"artifact": {(tmp_path / "student").as_uri()!r}, "sha256": {digest!r}, "document": "Please send it."}}
    async with Workers(1) as workers:
        return await LocalStudents(workers).answer(
            ModelRequest(model="v", task_type="classification", messages=[], **asked)
        )

assert asyncio.run(answered()).label
assert not {{"ratchet_student", "sklearn", "scipy"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
