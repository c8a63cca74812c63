"""What a caller says of the documents that his question shall be answered from."""

from typing import Final

import msgspec

from ratchet_common.events import Approach
from ratchet_retrieval import Where
from ratchet_router.grounding.sources import Meant

RETRIEVING: Final[frozenset[Approach]] = frozenset({"base_rag", "hybrid_rag_finetuned"})
TUNED: Final[frozenset[Approach]] = frozenset({"finetuned", "hybrid_rag_finetuned"})


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """`documents` by their ids, periods as `2022-Q3`; empty: any. `approach` None: the caller leaves it to us;
    `drawn` is that of an experiment's arm then. `passages` None: as many as the question needs.

    `query`: what is looked for; `meant`: that together with its vector, for all looks. `conversation`: the messages as
    they came, where they go to the model as they are.
    """

    documents: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    document_types: tuple[str, ...] = ()
    approach: Approach | None = None
    passages: int | None = None
    drawn: Approach | None = None
    query: str = ""
    meant: Meant | None = None
    text_given: bool = False  # the request brings the text that it is about
    conversation: msgspec.Raw | None = None

    @property
    def fixed(self) -> Approach | None:
        """None: it follows from what the question needs, and from who answers."""
        return self.approach or self.drawn

    @property
    def tuned_alone(self) -> bool:
        """Somebody who was trained answers by heart: he is told the task as in his training."""
        return self.fixed == "finetuned"

    @property
    def where(self) -> Where:
        return Where(
            documents=self.documents or None,
            companies=self.companies or None,
            periods=self.periods or None,
            document_types=self.document_types or None,
        )


def approach_of(by: Approach, *, retrieved: bool) -> Approach:
    """Of an answer that passages were read for, or none, by what was tuned or by a base model."""
    if by in TUNED:
        return "hybrid_rag_finetuned" if retrieved else "finetuned"
    return "base_rag" if retrieved else "direct"
