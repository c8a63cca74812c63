"""How a report is typeset, in Typst. All texts come as data, `sys.inputs`, and are never read as markup or as code: no
word of a report stands in this source, and it evaluates nothing.
"""

from typing import Final

SOURCE: Final = r"""
#let report = json(bytes(sys.inputs.report))
#let size(columns) = if columns > 10 { 5.5pt } else if columns > 5 { 7pt } else { 9pt }
#let from-right(words) = words.match(regex("^[^\p{L}]*[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]")) != none
#let directed(words, body) = {
  set text(dir: if from-right(words) { rtl } else { ltr })
  body
}
#let mark(name) = link(label("mark-" + name), text(fill: rgb("#0b5cad"), "[" + name + "]"))
#let marks(names) = for name in names { mark(name) }

#let drawn = (
  heading: it => directed(it.text, heading(level: it.level, it.text)),
  text: it => directed(
    it.parts.map(part => part.text).join(default: ""),
    par(for part in it.parts { if part.mark != "" { mark(part.mark) } else { part.text } }),
  ),
  items: it => list(..it.texts.map(words => directed(words, words))),
  rows: it => {
    let columns = if it.head.len() == 0 { 2 } else { it.head.len() }
    if it.caption != "" or it.marks.len() > 0 {
      block(above: 1.4em, below: 0.7em, sticky: true, directed(it.caption, strong(it.caption) + " " + marks(it.marks)))
    }
    set text(size: size(columns))
    let cells = it.rows.flatten().map(words => directed(words, words))
    table(
      columns: if it.head.len() == 0 { (auto, 1fr) } else { columns },
      stroke: (x, y) => (bottom: 0.5pt + rgb("#b0b8c0")),
      inset: (x: 4pt, y: 3pt),
      ..if it.head.len() > 0 { (table.header(..it.head.map(words => directed(words, strong(words)))),) },
      ..cells,
    )
  },
  entry: it => [#block(above: 1.2em, {
    directed(it.text, par("[" + it.mark + "] " + it.text))
    if it.quote != "" { directed(it.quote, quote(block: true, it.quote)) }
    set text(size: 8.5pt, fill: rgb("#444c55"))
    if it.lines.len() > 0 { list(..it.lines.map(words => directed(words, words))) }
  }) #label("mark-" + it.mark)],
  picture: it => {
    image(bytes(sys.inputs.at("plot-" + str(it.plot))), format: "svg", width: 100%, alt: it.told)
    directed(it.told, text(size: 8.5pt, fill: rgb("#444c55"), par(it.told)))
  },
)

#set document(title: report.title, date: auto)
#set page(paper: "a4", margin: (x: 2.2cm, y: 2.4cm), numbering: "1 / 1")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 10.5pt, lang: "en", hyphenate: false)
#set par(justify: false, leading: 0.62em)
#show heading: set block(above: 1.6em, below: 0.8em)

#directed(report.title, heading(level: 1, report.title))
#for it in report.blocks { (drawn.at(it.kind))(it) }
"""
