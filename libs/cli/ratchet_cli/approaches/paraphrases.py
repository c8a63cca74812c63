"""Another way to put a question where the suite has none: by a rule, and no model is asked. Pure.

The rule puts a frame around the same words, so it is the mildest of tests: whoever answers otherwise to it is not
consistent, and whoever answers the same may yet answer otherwise to other words. It knows English questions alone.
"""

from typing import Final

_ASKS: Final = frozenset(
    {
        *("what", "when", "where", "which", "who", "whom", "whose", "why", "how"),
        *(
            "did",
            "do",
            "does",
            "is",
            "are",
            "was",
            "were",
            "has",
            "have",
            "had",
            "can",
            "could",
            "will",
            "would",
            "should",
        ),
    }
)
FRAME: Final = "Please answer this question: "


def made_paraphrase(question: str) -> str:
    """Empty where the question is of no kind that the rule knows."""
    said = " ".join(question.split())
    first = said.partition(" ")[0]
    if first.casefold() not in _ASKS:
        return ""
    return f"{FRAME}{first.casefold()}{said[len(first) :]}"
