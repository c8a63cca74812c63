"""A spaCy pipeline as one more finder: here a tiny one, made on the spot."""

from pathlib import Path
from typing import Any

import pytest
import spacy

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import load
from ratchet_trainer.collecting.preparing import prepare
from ratchet_trainer.main import build
from ratchet_trainer.privacy.finding.finder import found_in
from ratchet_trainer.privacy.finding.kinds import KINDS
from ratchet_trainer.privacy.finding.model import OVERLAP, PIECE, check_model
from ratchet_trainer.privacy.finding.sought import Sought
from ratchet_trainer.settings import TrainerSettings

NEEDED = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "MONGODB_URL": "mongodb://127.0.0.1",
    "TOKENS_FILE": "tokens",
    "TRAINER_NER_MODEL": "en_core_web_nowhere",
}


@pytest.fixture
def pipeline(tmp_path: Path) -> str:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "grumblewort"}, {"label": "ORG", "pattern": "the works"}])
    nlp.to_disk(tmp_path / "names")
    return str(tmp_path / "names")


def test_what_the_model_marks_is_scrubbed(pipeline: str) -> None:
    (prepared,) = prepare([("so grumblewort left the works",)], Sought(frozenset(KINDS), pipeline))
    assert prepared.texts == ("so [PERSON_1] left [ORGANIZATION_1]",)


def test_numbers_and_addresses_go_before_what_the_model_says(pipeline: str) -> None:
    text = "mail grumblewort@example.com"
    (span,) = found_in(text, Sought(frozenset(KINDS), pipeline))
    assert span.kind == "EMAIL"


@pytest.mark.parametrize("at", [PIECE - 4, PIECE + OVERLAP - 4, 2 * PIECE])
def test_the_model_sees_all_of_a_long_text(pipeline: str, at: int) -> None:
    text = ("word " * (at // 5 + 1))[:at] + " grumblewort " + "word " * 50
    assert [span.kind for span in found_in(text, Sought(frozenset({"PERSON"}), pipeline))] == ["PERSON"]


def test_one_that_is_there_lets_the_service_start(pipeline: str) -> None:
    check_model(pipeline)


def test_one_that_is_not_installed_stops_the_start_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CannotStartError, match=r"en_core_web_nowhere, which is not installed\. Install its package"):
        build(load(TrainerSettings))


@pytest.mark.parametrize("name", ["../..", "json", "no such name"])
def test_what_is_no_pipeline_stops_the_start(name: str) -> None:
    with pytest.raises(CannotStartError, match="TRAINER_NER_MODEL"):
        check_model(name)


def test_a_pipeline_that_marks_nothing_stops_the_start(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "words")
    with pytest.raises(CannotStartError, match="marks entities"):
        check_model(str(tmp_path / "words"))
