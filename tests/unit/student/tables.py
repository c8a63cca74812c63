"""Made-up reports with a table, and questions about them whose answers are known."""

import random

from ratchet_student import Example
from ratchet_student.reader import Taught

ITEMS = (
    "Rent and rates", "Wages", "Freight charges", "Interest received", "Licence fees", "Paper and print", "Insurance",
    "Travel costs", "Energy", "Repairs", "Postage", "Training of staff",
)  # fmt: skip
CITIES = ("Bergen", "Turin", "Leeds", "Porto", "Graz", "Gdansk")
YEARS = ("2024", "2023", "2022")


def taught(reports: int, seed: int = 0) -> list[Taught]:
    """Eight questions a report."""
    chance = random.Random(seed)
    return [question for _ in range(reports) for question in _of_one_report(chance)]


def lessons(reports: int, seed: int = 0) -> list[Example]:
    """The same as documents, by turns as a chunk of a document and as Markdown, answered as a person writes it."""
    return [_example(one, markdown=bool(n % 2)) for n, one in enumerate(taught(reports, seed))]


def _example(one: Taught, *, markdown: bool) -> Example:
    rows = [[str(cell) for cell in row] for row in one.tables[0]]
    lines = [f"| {' | '.join(row)} |" if markdown else " | ".join(row) for row in rows]
    if markdown:
        lines.insert(1, "|---" * len(rows[0]) + "|")
    target = f"{', '.join(one.parts)}{'%' if one.scale == 'percent' else f' {one.scale}'}".strip()
    return Example("\n\n".join(["\n".join(lines), *one.texts]), target, one.question)


def _of_one_report(chance: random.Random) -> list[Taught]:
    items = chance.sample(ITEMS, 5)
    figures = {item: [chance.randrange(200, 9_000) for _ in YEARS] for item in items}
    table = (
        ("(in thousands)", *YEARS),
        *((item, *(f"{figure:,}" for figure in figures[item])) for item in items),
    )
    city = chance.choice(CITIES)
    texts = (
        f"The audit committee met in {city} in March. It approved the accounts without remarks.",
        "The table shows what was spent and received in each year.",
    )
    one, other = chance.sample(items, 2)
    new, old, older = figures[one]
    biggest = YEARS[figures[other].index(max(figures[other]))]

    def about(question: str, answer: str | tuple[str, ...], scale: str, derivation: str = "") -> Taught:
        return Taught(question, texts, (table,), answer, scale, derivation)

    return [
        about(f"What was {one} in 2023?", f"{old:,}", "thousand"),
        about(f"What was {other} in 2024?", f"{figures[other][0]:,}", "thousand"),
        about(f"What was the change in {one} from 2023 to 2024?", f"{new - old}", "thousand", f"{new}-{old}"),
        about(
            f"What was the percentage change in {one} from 2023 to 2024?",
            f"{(new - old) / old * 100:.2f}",
            "percent",
            f"({new}-{old})/{old}",
        ),
        about(f"What is the average {one}?", f"{(new + old + older) / 3:.2f}", "thousand", f"({new}+{old}+{older})/3"),
        about(f"In which year was {other} the largest?", biggest, ""),
        about(f"What were {one} in 2024 and 2023 respectively?", (f"{new:,}", f"{old:,}"), "thousand"),
        about("Where did the audit committee meet?", city, ""),
    ]
