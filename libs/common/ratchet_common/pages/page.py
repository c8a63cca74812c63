"""One HTML page that needs nothing beside it: no script, no font, nothing from elsewhere. Pure.

Everything that comes from outside (names, ids, tags) is escaped. A page is well-formed as XML, too.
"""

import html
from collections.abc import Sequence
from typing import Final

from ratchet_common.legible import legible

Table = list[tuple[str, ...]]  # plain text; the first row is its head

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"  # for the header of the answer
STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --soft: #59636e; --line: #d1d9e0;
  --ours: #0b5cad; --theirs: #a34100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9da7b1; --line: #3d444d;
  --ours: #6cb6ff; --theirs: #f0a35e; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 52rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
caption { text-align: left; color: var(--soft); }
figure { margin: 1.5rem 0; overflow-x: auto; }
figcaption { color: var(--soft); }
.verdict { font-size: 1.2rem; }
svg { width: 100%; min-width: 30rem; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); }
svg .small { font-size: 10px; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--ink); }
svg .diagonal { stroke: var(--soft); stroke-dasharray: 4 4; }
svg line.ours { stroke: var(--ours); stroke-width: 2; }
svg line.theirs { stroke: var(--theirs); stroke-width: 2; }
svg .ours.mark, svg .ours.bar { fill: var(--ours); }
svg .ours.point { fill: var(--ours); fill-opacity: .5; stroke: var(--ours); }
svg .theirs.mark, svg .theirs.bar { fill: var(--paper); stroke: var(--theirs); stroke-width: 2; }
"""


def page(title: str, body: Sequence[str], policy: str = "") -> str:
    """`body`: parts that are HTML already. `policy`: that the page carries itself, for one that is kept as a file."""
    carried = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}"/>' if policy else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/>'
        f"{carried}"
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def escape(text: str) -> str:
    return html.escape(legible(text))


def heading(text: str, level: int = 2) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def items(texts: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>" if texts else ""


def figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def table(rows: Table, caption: str) -> str:
    if not rows:
        return "<p>There are none.</p>"
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    named = f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{named}<tbody>{_lines(rows[1:])}</tbody></table>"


def facts(rows: Table, caption: str) -> str:
    """A name and what it is, a row each: no head."""
    return f"<table><caption>{escape(caption)}</caption><tbody>{_lines(rows)}</tbody></table>"


def _lines(rows: Sequence[tuple[str, ...]]) -> str:
    return "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
