"""Answers to check; what a test does not name is ordinary."""

from typing import Any

from ratchet_router.checking.checks import checked
from ratchet_router.checking.subject import Subject

DOCUMENT = """Minutes of the board, 12 March 2026. Ann Baker will send the revised budget to all members by Friday.
Revenue rose by 12.5 % to $3.4 million in the first quarter, while 17 contracts with 1,250 users were renewed. The board
asked that the audit begin at 3 pm on 2026-04-01, and that its costs stay below EUR 40,000. Questions go to the office
at +44 20 7946 0018 or to board@northwind.org."""


def subject(output: str, task_type: str = "summary", **how: Any) -> Subject:
    return Subject(task_type=task_type, output=output, **{"document": DOCUMENT} | how)


def failed(one: Subject) -> set[str]:
    return {check.name for check in checked(one) if not check.passed}


def warned(one: Subject) -> set[str]:
    return {check.name for check in checked(one) if check.passed and check.detail}
