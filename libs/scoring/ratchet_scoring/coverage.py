"""Two sides of a good answer that need no judge: is it about what was asked, and is all of it there? 0 to 1."""

from itertools import islice
from typing import Final

from ratchet_scoring.content import content_words, sentences, share_of
from ratchet_scoring.figures import figures_covered
from ratchet_scoring.items import items_covered, items_in, items_of
from ratchet_scoring.scorers import LABEL_TASKS, LIST_TASKS, render_target

MAX_SENTENCES: Final = 2_000  # of a context are looked at


def relevance(task_type: str, output: str, question: str, context: str) -> float | None:
    """How far the answer is about the request. None for labels, and where there is nothing to compare with.

    Grounded: the share of its content words that stand in the question or the context. With a question, the mean of
    that and of how far it is to the point: the share of the question's content words that stand in the answer, or in
    the sentence of the context that it shares most words with.
    """
    said, asked, there = content_words(output), content_words(question), content_words(context)
    if task_type in LABEL_TASKS or not asked | there:
        return None
    if not output.strip():
        return 0.0
    grounded = share_of(said, asked | there) if said else None
    if not asked:
        return grounded
    to_the_point = share_of(asked, said | _nearest(said, context))
    return to_the_point if grounded is None else (grounded + to_the_point) / 2


def completeness(task_type: str, output: str, target: object) -> float | None:
    """How much of the reference is in the answer. None for labels.

    Of lists the share of the reference's items; else the mean of the shares of its content words and, where it has
    any, of its figures.
    """
    if task_type in LABEL_TASKS:
        return None
    if task_type in LIST_TASKS:
        return items_covered(items_of(output), items_in(target))
    wanted = render_target(task_type, target)
    words, figures = content_words(wanted), figures_covered(output, wanted)
    shares = [share_of(words, content_words(output))] if words else []
    shares += [] if figures is None else [figures]
    return sum(shares) / len(shares) if shares else None


def _nearest(said: frozenset[str], context: str) -> frozenset[str]:
    words = (content_words(sentence) for sentence in islice(sentences(context), MAX_SENTENCES))
    return max((own for own in words if own & said), key=lambda own: len(own & said), default=frozenset())
