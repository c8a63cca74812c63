"""A neighbourhood as JSON and as a picture: SVG of our own, laid out by forces, the same each time. Pure."""

import math
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any, Final

from ratchet_documents.graph.model import Graph, Kind

MOST_NODES: Final = 60
WIDTH: Final = 960
HEIGHT: Final = 640

_COLOURS: Final[dict[Kind, str]] = {
    "company": "#1f5fa8",
    "person": "#7a4a9e",
    "metric": "#2e7d4f",
    "period": "#8a6d1d",
    "risk": "#b23b3b",
    "decision": "#3a7f8c",
    "task": "#a35a1e",
}
_ROUNDS: Final = 150
_LABEL: Final = 28  # characters
_LINE: Final = 130  # characters of a note
_MARGIN: Final = 70
_GOLDEN: Final = math.pi * (3 - math.sqrt(5))
Point = tuple[float, float]


def as_json(graph: Graph) -> dict[str, Any]:
    """`entities` with id, kind, name, names; `relations` with type, ends, value, unit, text and where they stand."""
    return {
        "entities": [
            {"id": one.id, "kind": one.kind, "name": one.name, "names": list(one.names)}
            for one in graph.entities.values()
        ],
        "relations": [
            {
                "type": one.type,
                "ends": list(one.ends),
                "value": one.value,
                "unit": one.unit,
                "text": one.text,
                "where": {
                    "document_id": one.where.document_id,
                    "chunk": one.where.chunk,
                    "page": one.where.page,
                    "last_page": one.where.pages[-1],
                    "start": one.where.start,
                    "end": one.where.end,
                },
            }
            for one in graph.relations
        ],
    }


def as_svg(graph: Graph, title: str = "Neighbourhood", notes: Sequence[str] = ()) -> str:
    """`notes`: sentences, shown at the top. Raises ValueError for more entities than can be read."""
    if len(graph.entities) > MOST_NODES:
        raise ValueError(
            f"A picture has up to {MOST_NODES} entities, and there are {len(graph.entities)}: expand fewer."
        )
    names = list(graph.entities)
    edges = _edges(graph, names)
    places = _laid_out(len(names), list(edges))
    told = f"{len(names)} entities and {len(graph.relations)} relations."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">',
        f"<title>{_clean(title)}</title><desc>{_clean(told)}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for (one, other), kinds in edges.items():
        (x1, y1), (x2, y2) = places[one], places[other]
        width = min(4.0, 1 + 0.3 * (sum(kinds.values()) - 1))
        lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#9aa3ad" '
            f'stroke-width="{width:.1f}"><title>{_clean(_told(kinds))}</title></line>'
        )
    for at, name in enumerate(names):
        its, (x, y) = graph.entities[name], places[at]
        anchor, away = ("end", -9) if x > WIDTH * 0.75 else ("start", 9)
        lines.append(
            f"<g><title>{_clean(f'{its.kind}: {its.name}')}</title>"
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{_COLOURS[its.kind]}"/>'
            f'<text x="{x + away:.1f}" y="{y + 4:.1f}" font-size="12" text-anchor="{anchor}" fill="#1c2126" '
            f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{_clean(_short(its.name))}</text></g>'
        )
    return "\n".join([*lines, *_legend(graph), *_noted(notes), "</svg>"]) + "\n"


def _noted(notes: Sequence[str]) -> list[str]:
    lines = [line for note in notes for line in wrap(note, _LINE)]
    return [
        f'<text x="12" y="{24 + 16 * at}" font-size="12" fill="#1c2126">{_clean(line)}</text>'
        for at, line in enumerate(lines)
    ]


def _edges(graph: Graph, names: Sequence[str]) -> dict[tuple[int, int], dict[str, int]]:
    """Between the first end of a relation and each other one, with how many there are of each type."""
    at = {name: place for place, name in enumerate(names)}
    found: dict[tuple[int, int], dict[str, int]] = {}
    for one in graph.relations:
        for other in one.ends[1:]:
            if one.ends[0] in at and other in at and one.ends[0] != other:
                pair = sorted((at[one.ends[0]], at[other]))
                kinds = found.setdefault((pair[0], pair[1]), {})
                kinds[one.type] = kinds.get(one.type, 0) + 1
    return found


def _laid_out(count: int, edges: Sequence[tuple[int, int]]) -> list[Point]:
    """Fruchterman and Reingold's forces, from a spiral: no chance is in it."""
    if count < 2:
        return [(WIDTH / 2, HEIGHT / 2)] * count
    ideal = 0.8 / math.sqrt(count)
    places = [
        (
            0.4 * math.sqrt((at + 0.5) / count) * math.cos(at * _GOLDEN),
            0.4 * math.sqrt((at + 0.5) / count) * math.sin(at * _GOLDEN),
        )
        for at in range(count)
    ]
    for step in range(_ROUNDS):
        forces = [(-0.3 * x, -0.3 * y) for x, y in places]  # what nothing joins stays near
        for one in range(count):
            for other in range(one):
                _push(forces, places, one, other, lambda far: ideal * ideal / far)
        for one, other in edges:
            _push(forces, places, one, other, lambda far: -far * far / ideal)
        most = 0.1 * (1 - step / _ROUNDS)
        places = [_moved(place, force, most) for place, force in zip(places, forces, strict=True)]
    return _fitted(places)


def _push(forces: list[Point], places: Sequence[Point], one: int, other: int, force: Any) -> None:
    dx, dy = places[one][0] - places[other][0], places[one][1] - places[other][1]
    far = max(math.hypot(dx, dy), 1e-6)
    by = force(far) / far
    forces[one] = (forces[one][0] + dx * by, forces[one][1] + dy * by)
    forces[other] = (forces[other][0] - dx * by, forces[other][1] - dy * by)


def _moved(place: Point, force: Point, most: float) -> Point:
    size = max(math.hypot(*force), 1e-9)
    by = min(size, most) / size
    return place[0] + force[0] * by, place[1] + force[1] * by


def _fitted(places: Sequence[Point]) -> list[Point]:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    wide, high = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    return [
        (
            _MARGIN + (x - min(xs)) / wide * (WIDTH - 2 * _MARGIN),
            _MARGIN + (y - min(ys)) / high * (HEIGHT - 2 * _MARGIN - 20),
        )
        for x, y in places
    ]


def _legend(graph: Graph) -> list[str]:
    kinds = sorted({one.kind for one in graph.entities.values()})
    return [
        f'<circle cx="{20 + at * 110}" cy="{HEIGHT - 18}" r="5" fill="{_COLOURS[kind]}"/>'
        f'<text x="{30 + at * 110}" y="{HEIGHT - 14}" font-size="12" fill="#1c2126">{kind}</text>'
        for at, kind in enumerate(kinds)
    ]


def _told(kinds: dict[str, int]) -> str:
    return ", ".join(f"{kind.replace('_', ' ')} ({count})" for kind, count in sorted(kinds.items()))


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else f"{name[: _LABEL - 1].rstrip()}…"


def _clean(text: str) -> str:
    """Without what no XML may have."""
    return escape("".join(sign for sign in text if sign.isprintable()))
