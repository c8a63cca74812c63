"""The project's own demo texts: short project mails, each of one kind, put together from parts by a seeded generator.

No person, company or place is named. Some carry addresses and numbers of the ranges reserved for examples, so that the
trainer has something to scrub.
"""

import random

from ratchet_cli.demo.corpus import Corpus, Item, Sizes, parted

LABELS = ("request", "commitment", "decision", "risk", "status")

THINGS = (
    "the migration plan", "the billing export", "the onboarding guide", "the load test", "the release notes",
    "the vendor contract", "the data model", "the login page", "the search index", "the budget sheet",
    "the security review", "the training slides", "the mobile build", "the incident report", "the survey results",
    "the API draft", "the staging cluster", "the payment form", "the audit trail", "the translation files",
    "the warehouse feed", "the access matrix", "the capacity forecast", "the error catalogue", "the pilot setup",
)  # fmt: skip
WHENS = (
    "by Monday", "before the next review", "by the end of the month", "this week", "ahead of the pilot",
    "before the freeze", "by noon tomorrow", "in the coming sprint", "within ten days", "before quarter end",
)  # fmt: skip
TEAMS = (
    "the platform team", "the finance group", "our supplier", "the support desk", "the design team",
    "the steering committee", "the data group", "the field office", "the legal department", "the test team",
)  # fmt: skip
NUMBERS = ("two", "three", "four", "five", "six", "a dozen", "eleven", "nine", "seven", "twenty")

SAYINGS: dict[str, tuple[str, ...]] = {
    "request": (
        "Please send {team} the latest version of {thing} {when}.",
        "Could you go over {thing} with {team} {when}?",
        "It would help a lot if somebody looked at {thing} {when}.",
        "We need you to sign off {thing} {when}.",
        "Can {team} have access to {thing} {when}?",
        "Kindly confirm that {thing} covers all {number} cases {when}.",
        "Would you mind walking us through {thing}?",
    ),
    "commitment": (
        "I will hand over {thing} to {team} {when}.",
        "We promise to have {thing} in shape {when}.",
        "{Team} takes care of {thing} {when}.",
        "Leave {thing} to me, you get it {when}.",
        "I am going to fix the {number} open points in {thing} {when}.",
        "Count on us for {thing} {when}.",
        "You will hear from me about {thing} {when}.",
    ),
    "decision": (
        "It was settled that {team} owns {thing} from now on.",
        "We agreed to drop {thing} and keep the old way.",
        "The board chose the second option for {thing}.",
        "After a long talk the verdict is clear: {thing} goes first.",
        "{Team} approved {thing} with {number} conditions.",
        "From today on {thing} is frozen, as voted.",
        "Option B it is: {thing} moves to {team}.",
    ),
    "risk": (
        "If {team} slips again, {thing} cannot go live.",
        "There is a real chance that {thing} breaks under load.",
        "I worry that {thing} depends on {number} people who leave {when}.",
        "Without a backup for {thing} we may lose a week.",
        "{Team} has no spare capacity, which puts {thing} in danger.",
        "A delay of {thing} could cost us {number} customers.",
        "Nobody has tested {thing} with real volume, and that might hurt.",
    ),
    "status": (
        "{Thing} is {number} tenths done and on track.",
        "Since last week {team} closed {number} tickets on {thing}.",
        "{Thing} went through its first run without errors.",
        "Work on {thing} started, {team} is half way.",
        "So far {number} of the checks for {thing} are green.",
        "{Thing} stands where it stood: waiting for {team}.",
        "{Team} finished the first part of {thing} yesterday.",
    ),
}  # fmt: skip
# Sentences that fit any kind. Some use the words that a rule would look for, so that a rule alone is often wrong.
AROUND = (
    "The numbers for {thing} are attached.",
    "{Team} asked for a status of {thing} last week, so here it is.",
    "This is about the request that {team} filed on {thing}.",
    "You may remember the risk list from the meeting on {thing}.",
    "As you know, the decision on {thing} came late.",
    "Thanks for the commitment that {team} showed with {thing}.",
    "Some background: {team} works on {thing} with {number} people.",
    "Sorry for the long silence on {thing}.",
    "This follows up on our call about {thing}.",
    "In short, {number} points came up around {thing}.",
)
CLOSINGS = (
    "Reach me at desk{n}@example.com.",
    "My line is +1 202 555 01{n:02d}.",
    "Details are on http://example.org/{n}.",
    "More in the next round.",
    "That is all for today.",
    "The file is in folder {n}.",
)
NOISE = 0.03  # share of mails whose user has another kind in mind than the words say


def mail(rng: random.Random) -> Item:
    kind = rng.choice(LABELS)
    parts = [_filled(rng.choice(AROUND), rng), _filled(rng.choice(SAYINGS[kind]), rng)]
    if rng.random() < 0.5:
        parts.append(_filled(rng.choice(AROUND), rng))
    rng.shuffle(parts)
    closing = rng.choice(CLOSINGS).format(n=rng.randrange(100))
    gold = rng.choice(LABELS) if rng.random() < NOISE else kind
    return Item(" ".join([*parts, closing]), gold)


def _filled(pattern: str, rng: random.Random) -> str:
    thing, team = rng.choice(THINGS), rng.choice(TEAMS)
    return pattern.format(
        thing=thing,
        team=team,
        Thing=thing[0].upper() + thing[1:],
        Team=team[0].upper() + team[1:],
        when=rng.choice(WHENS),
        number=rng.choice(NUMBERS),
    )


def generated(seed: int, count: int = 4_000) -> Corpus:
    rng = random.Random(seed)  # noqa: S311
    mails = {item.document: item for item in (mail(rng) for _ in range(count))}
    training, traffic, held_out = parted(list(mails.values()), Sizes(training=600, held_out=200), seed)
    return Corpus("generated project mails", "classification", "email", LABELS, training, traffic, held_out, 400)
