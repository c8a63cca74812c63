"""Small texts made by rule, for students to learn from."""

import numpy as np

from ratchet_student import Example

_TOPICS = ["budget", "roof", "website", "printer", "contract", "garden", "schedule", "archive", "newsletter", "parking"]
_OUTCOMES = ["moved to the spring", "paid by the council", "given to a supplier", "looked at again", "left as it is"]
_CHATTER = [
    "Good morning to you all.",
    "Yes, that was on the news.",
    "Could somebody open the window over there?",
    "The train was late again and I had to walk.",
    "I have not seen the numbers, to be honest.",
    "We had soup in the canteen, it was fine.",
    "Somebody left an umbrella in the hall.",
    "Shall we go on with the next point then?",
]
_TASKS = ["send the offer", "call the bank", "book the room", "check the figures", "write the minutes", "order paper"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
_FIRMS = ["Borel", "Kanto", "Ulmer", "Sefton", "Marchetti", "Oduya", "Vesely", "Halvorsen", "Brandt", "Quispe"]
_THINGS = ["printer", "garden shed", "coffee machine", "desk lamp", "oak table", "water pump"]
_SPEAKERS = ["Chair", "Treasurer", "Secretary", "Member"]


def mails(n: int, seed: int = 0) -> list[Example]:
    """Requests ("yes") and statements ("no"), in turn."""
    random = np.random.default_rng(seed)
    return [Example(_request(random), "yes") if place % 2 else Example(_statement(random), "no") for place in range(n)]


def meetings(n: int, seed: int = 0) -> list[Example]:
    """A question about one of two things that were decided, with what somebody wrote about it."""
    random = np.random.default_rng(seed)
    return [_meeting(random) for _ in range(n)]


def notes(n: int, seed: int = 0) -> list[Example]:
    """What people promised, one or two things in each document, and none in every fifth."""
    random = np.random.default_rng(seed)
    return [_note(random, promised=0 if place % 5 == 4 else 1 + place % 2) for place in range(n)]


def orders(n: int, seed: int = 0) -> list[Example]:
    """Who ordered what for how much, as items with their kinds, and nothing in every fifth."""
    random = np.random.default_rng(seed)
    return [_order(random) if place % 5 != 4 else Example(_pick(random, _CHATTER), []) for place in range(n)]


def reports(n: int, seed: int = 0) -> list[Example]:
    """A report in words and a table, and a question about one of its figures, or about who did something."""
    random = np.random.default_rng(seed)
    return [_report(random) for _ in range(n)]


def _report(random: np.random.Generator) -> Example:
    lines = [str(line) for line in random.choice(["Sales", "Rent", "Wages", "Travel", "Energy"], 3, replace=False)]
    years = ["2023", "2024"]
    table = {(line, year): f"{random.integers(10, 99)}.{random.integers(1, 9)}" for line in lines for year in years}
    head = f" | {' | '.join(years)}"
    rows = [f"{line} | {' | '.join(table[line, year] for year in years)}" for line in lines]
    firm, task = _pick(random, _FIRMS), _pick(random, _TASKS)
    said = [*random.choice(_CHATTER, 3), f"It was agreed that {firm} Ltd will {task} by {_pick(random, _DAYS)}."]
    text = " ".join(said[place] for place in random.permutation(len(said)))
    document = "\n".join([text, "The figures are in millions.", "", head, *rows])
    if random.random() < 0.5:
        return Example(document, f"{firm} Ltd", f"Who will {task}?")
    line, year = _pick(random, lines), _pick(random, years)
    return Example(document, f"{table[line, year]} million", f"What was {line.lower()} in {year}?")


def _order(random: np.random.Generator) -> Example:
    firm, thing = f"{_pick(random, _FIRMS)} {_pick(random, ['Ltd', 'Inc'])}", _pick(random, _THINGS)
    amount, day = f"{random.integers(100, 9000)} EUR", _pick(random, _DAYS)
    text = _pick(
        random,
        [
            f"On {day} {firm} ordered a {thing} for {amount}.",
            f"We sold a {thing} to {firm}, who pay {amount} on {day}.",
            f"The {thing} costs {amount}. Please deliver it to {firm} by {day}.",
        ],
    )
    named = {"firm": firm, "product": thing, "amount": amount, "day": day}
    items = [f"{kind}, {name}" for kind, name in sorted(named.items(), key=lambda pair: text.index(pair[1]))]
    return Example(f"{_pick(random, _CHATTER)} {text}\n{_pick(random, _CHATTER)}", items)


def _request(random: np.random.Generator) -> str:
    task, day, topic = _pick(random, _TASKS), _pick(random, _DAYS), _pick(random, _TOPICS)
    return _pick(
        random, [f"Please {task} by {day}.", f"Can you {task} for the {topic}?", f"{task.capitalize()} today."]
    )


def _statement(random: np.random.Generator) -> str:
    return f"{_pick(random, _CHATTER)} The {_pick(random, _TOPICS)} was {_pick(random, _OUTCOMES)}."


def _meeting(random: np.random.Generator) -> Example:
    topic, other = random.choice(_TOPICS, 2, replace=False)
    outcome, another = random.choice(_OUTCOMES, 2, replace=False)
    decided = f"So we decided that the {topic} should now be {outcome} after all."
    aside = f"And the group agreed that the {other} should be {another} as well."
    said = [*random.choice(_CHATTER, 6), decided, *random.choice(_CHATTER, 6), aside, *random.choice(_CHATTER, 4)]
    document = "\n".join(f"{_pick(random, _SPEAKERS)}: {text}" for text in said)
    return Example(document, f"The group decided that the {topic} should be {outcome}.", f"What of the {topic}?")


def _note(random: np.random.Generator, promised: int) -> Example:
    items = [f"I will {_pick(random, _TASKS)} by {_pick(random, _DAYS)}." for _ in range(promised)]
    said = [*random.choice(_CHATTER, 5), *items]
    return Example(
        "\n".join(f"{_pick(random, _SPEAKERS)}: {said[place]}" for place in random.permutation(len(said))), items
    )


def _pick(random: np.random.Generator, some: list[str]) -> str:
    return some[random.integers(len(some))]
