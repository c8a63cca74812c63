"""Public corpora, read where they lie: labelled sentences, and meetings with queries and reference summaries."""

import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchet_cli.demo.corpus import Corpus, Item, Sizes, parted
from ratchet_common.errors import CannotStartError

MEETINGS = ("train.jsonl.gz", "val.jsonl.gz")
WORDS_OF_A_MEETING = 700  # of an excerpt: what the demo sends has to be read, scrubbed and learned from within minutes


def read_corpus(folder: Path, seed: int) -> Corpus:
    """Raises CannotStartError when the folder holds neither `train.tsv` nor `train.jsonl.gz`."""
    if (folder / "train.tsv").is_file():
        return labelled_sentences(folder / "train.tsv", seed)
    if (folder / MEETINGS[0]).is_file():
        return meetings(folder, seed)
    raise CannotStartError(
        f"The folder {folder} holds no corpus: expected train.tsv (label, tab, sentence) or train.jsonl.gz (meetings)."
    )


def labelled_sentences(path: Path, seed: int) -> Corpus:
    rows = (line.partition("\t") for line in path.read_text(encoding="latin-1").splitlines())
    texts = {text.strip(): Item(text.strip(), label.strip()) for label, _, text in rows if text.strip()}
    labels = tuple(sorted({item.gold for item in texts.values()}))
    training, traffic, held_out = parted(list(texts.values()), Sizes(training=1_400, held_out=400), seed)
    name = f"{path.parent.name} (labelled sentences)"
    return Corpus(name, "classification", "email", labels, training, traffic, held_out, 1_000)


def meetings(folder: Path, seed: int) -> Corpus:
    """One item a specific query: the part of the transcript that it is about, and its reference summary.

    Most of them train: a tenth of these, a dozen meetings, is what the gate can judge by.
    """
    paths = [path for name in MEETINGS if (path := folder / name).is_file()]
    held = itertools.chain.from_iterable(map(_lines, paths))
    items = [item for number, meeting in enumerate(held) for item in _queries(meeting, f"meeting/{number}")]
    training, traffic, held_out = parted(items, Sizes(training=900, held_out=80), seed)
    name = f"{folder.name} (queries on meetings)"
    return Corpus(name, "summary", "meeting_notes", (), training, traffic, held_out, 700)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _queries(meeting: dict[str, Any], session: str) -> Iterator[Item]:
    turns = [f"{turn['speaker']}: {turn['content']}" for turn in meeting["meeting_transcripts"]]
    for query in meeting["specific_query_list"]:
        spans = [(int(first), int(last)) for first, last in query["relevant_text_span"]]
        words = " \n".join("\n".join(turns[first : last + 1]) for first, last in spans).split(" ")
        excerpt = " ".join(words[:WORDS_OF_A_MEETING])
        if excerpt.strip():
            yield Item(excerpt, query["answer"], query["query"], session=session)
