"""An answer from documents is there: is it sure enough, or what comes next? Pure.

The same approach once more with more to read; then the next approach. What then still says nothing, points to what is
not there, has figures without a ground there, is of passages about something else, or is known to be right too seldom,
is the honest "not found". What the caller has named, or an experiment, stays as it is: it may read more, no other
approach takes its place, and its answer is given with the confidence that it has, so that people can rate it.
"""

from typing import Final, Literal, NamedTuple

from ratchet_common.events import Approach
from ratchet_router.grounding.context import RETRIEVING

NOT_FOUND: Final = "Not found in your documents."

Step = Literal["stop", "another round", "another approach", "not found"]


class Standing(NamedTuple):
    """`confidence`: a probability, None where there is none. `misquotes`: it points to what is not there, however sure
    it is. `invents`: it has figures without a ground in the passages. `strays`: the passages are about something else,
    and it points to nothing in them. `threshold`: from which an answer is sure enough. `rounds`: looks into the
    documents, up to now. `fixed`: the approach was named. `drained`: another look brought nothing new. `others`:
    somebody of the next approach is left to be asked. `confirmed`: by somebody of another approach, who says the same.
    """

    approach: Approach
    confidence: float | None
    says_nothing: bool
    misquotes: bool
    threshold: float
    rounds: int
    most_rounds: int
    fixed: bool
    drained: bool = False
    others: bool = False
    strays: bool = False
    confirmed: bool = False
    invents: bool = False

    @property
    def is_none(self) -> bool:
        return self.says_nothing or self.misquotes or self.invents or self.strays

    @property
    def is_sure(self) -> bool:
        """What nothing is known of is taken as it is."""
        known = self.confidence
        return not self.is_none and (self.confirmed or known is None or known >= self.threshold)


def next_step(at: Standing) -> Step:
    if at.is_sure:
        return "stop"
    retrieves = at.approach in RETRIEVING
    if not at.fixed and not retrieves and at.rounds < at.most_rounds and not at.drained:
        return "another round"  # its first one
    if retrieves and at.rounds < at.most_rounds and not at.drained:
        return "another round"
    if at.approach == "hybrid_rag_finetuned" and at.others and not at.fixed:
        return "another approach"
    return "not found" if retrieves and (at.is_none or not at.fixed) else "stop"
