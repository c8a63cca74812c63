"""What every platform asks of a conversation: whose turn it is. Pure."""

from collections.abc import Sequence


def wrong_order(roles: Sequence[str], *, answers: str = "assistant", after: int = 0) -> str | None:
    """For those that take turns strictly: the user first, the model last, each after the other, nobody else between.

    `after`: so many messages stand before these; places are told as the line has them.
    """
    if not roles:
        return "it has no messages"
    stray = next((place for place, role in enumerate(roles, 1) if role not in ("user", answers)), None)
    if stray is not None:
        return f"message {stray + after} is the {roles[stray - 1]}'s, and only the user and the {answers} take turns"
    if roles[0] != "user":
        return f"its first message is the {roles[0]}'s, and must be the user's"
    if roles[-1] != answers:
        return f"its last message is the {roles[-1]}'s, and must be the {answers}'s"
    again = next((place for place in range(1, len(roles)) if roles[place] == roles[place - 1]), None)
    if again is not None:
        return f"messages {again + after} and {again + 1 + after} are both the {roles[again]}'s; they must take turns"
    return None


def empty_text(texts: Sequence[str]) -> str | None:
    place = next((place for place, text in enumerate(texts, 1) if not text.strip()), None)
    return None if place is None else f"message {place} is empty"
