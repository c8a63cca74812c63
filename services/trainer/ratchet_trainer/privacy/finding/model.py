"""Names by a model of language, where one is installed: any spaCy pipeline that marks entities."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ratchet_common.errors import CannotStartError
from ratchet_trainer.privacy.spans import Span

SCORE: Final = 0.5
PIECE, OVERLAP = 8_000, 300  # characters
MARKS: Final = frozenset({"ner", "entity_ruler", "beam_ner"})  # components that mark entities
NEEDED: Final = MARKS | {"tok2vec", "transformer", "curated_transformer", "sentencizer"}
LABELS: Final[Mapping[str, str]] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "ORGANIZATION",
    "GPE": "GPE",
    "NORP": "NRP",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
}


def check_model(name: str) -> None:
    """Loads nothing: the model is for worker processes. Raises CannotStartError."""
    folder = _folder(name)
    if folder is None:
        raise CannotStartError(
            f"TRAINER_NER_MODEL names the spaCy pipeline {name}, which is not installed. Install its package with pip "
            f"beside the trainer, name the folder of one, or leave the setting empty: then rules alone find names."
        )
    metas = [folder / "meta.json", *sorted(folder.glob("*/meta.json"))]
    meta = next((path for path in metas if path.is_file()), None)
    if meta is None or not MARKS & set(json.loads(meta.read_text(encoding="utf-8")).get("pipeline", ())):
        raise CannotStartError(
            f"TRAINER_NER_MODEL names {name}, which is no spaCy pipeline that marks entities: it needs one of the "
            f"components {', '.join(sorted(MARKS))}. Name another one, or leave the setting empty."
        )


def find_by_model(text: str, name: str) -> Iterator[Span]:
    pipeline = _pipeline(name)
    for start in range(0, max(len(text) - OVERLAP, 1), PIECE):
        for entity in pipeline(text[start : start + PIECE + OVERLAP]).ents:
            if (kind := LABELS.get(entity.label_)) is not None:
                yield Span(start + entity.start_char, start + entity.end_char, kind, SCORE)


def _folder(name: str) -> Path | None:
    if Path(name).is_dir():
        return Path(name)
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    return Path(spec.origin).parent if spec is not None and spec.origin else None


@cache
def _pipeline(name: str) -> Any:
    """Once a process, with no more of it than marking entities needs."""
    import spacy

    pipeline = spacy.load(name)
    pipeline.select_pipes(enable=[component for component in pipeline.pipe_names if component in NEEDED])
    return pipeline
