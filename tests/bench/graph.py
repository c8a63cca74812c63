"""The graph of sec_10q: how many relations, how long a page and a chunk take, and how well two reports agree.

Two reports of a company have figures of the same period, one as its own and one as that of the year before: where both
have a value of a metric and a period, they should be the same. That is no precision, which only reading tells; what was
read stands in docs/documents.md. Meetings: what is found in QMSum, of which nobody has said what there is.
"""

import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk, chunks_of
from ratchet_documents.graph import Graph, graph_of
from ratchet_documents.metadata.reading import metadata_of
from ratchet_documents.parsing import parse
from tests.bench.figure import Figure
from tests.bench.public_data import FOLDER, there


def run() -> list[Figure]:
    seconds = chunks = pages = 0.0
    graphs: list[Graph] = []
    for about, its, count in _reports():
        started = time.process_time()
        graphs.append(graph_of(about, its))
        seconds += time.process_time() - started
        chunks, pages = chunks + len(its), pages + count
    kinds = Counter(one.type for graph in graphs for one in graph.relations)
    same, both = _agreeing(graphs)
    found = [
        Figure("graph: a chunk of sec_10q, in processor time", seconds / chunks * 1000, "ms", "", None),
        Figure("graph: a page of sec_10q", seconds / pages * 1000, "ms", "", None),
        Figure(
            "graph: values that two reports have of one metric and period, the same in both",
            same / both,
            f"of {both}",
            "",
            None,
        ),
    ]
    found += [
        Figure(f"graph: {kind} in sec_10q", count, "relations", "", None) for kind, count in sorted(kinds.items())
    ]
    met = Counter(one.type for graph in _meetings() for one in graph.relations)
    return found + [
        Figure(f"graph: {kind} in QMSum", count, "relations", "", None) for kind, count in sorted(met.items())
    ]


def _agreeing(graphs: list[Graph]) -> tuple[int, int]:
    values = defaultdict[tuple[str, ...], list[float]](list)
    for graph in graphs:
        for ends, value in {one.ends: one.value for one in graph.relations if one.type == "reports"}.items():
            values[ends].append(value or 0.0)
    shared = [found for found in values.values() if len(found) > 1]
    return sum(len(set(found)) == 1 for found in shared), len(shared)


def _reports() -> Iterator[tuple[About, list[Chunk], int]]:
    pages = defaultdict[str, list[str]](list)
    with gzip.open(there(FOLDER / "sec_10q" / "pages.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            pages[page["doc_name"]].append(page["text"])
    with TemporaryDirectory() as folder:
        for name, texts in sorted(pages.items()):
            path = Path(folder) / f"{name.removesuffix('.pdf')}.txt"
            path.write_text("\f".join(texts), encoding="utf-8")
            parsed = parse(path, path.name)
            its = metadata_of(parsed)
            company = its.company.value if its.company else ""
            of_it, ends = (one.value if one else "" for one in (its.period, its.period_end))
            yield About(name, its.title, company, of_it, ends), list(chunks_of(parsed)), len(texts)


def _meetings() -> Iterator[Graph]:
    with gzip.open(there(FOLDER / "meetings" / "val.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            said = [f"{one['speaker']}: {one['content']}" for one in json.loads(line)["meeting_transcripts"]]
            chunks = [
                Chunk(at, "\n".join(said[first : first + 10]), (), 1, 1)
                for at, first in enumerate(range(0, len(said), 10))
            ]
            yield graph_of(About(str(number), "a meeting"), chunks)
