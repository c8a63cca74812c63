"""What one user said of one answer, in as far as numbers are told from it."""

from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from ratchet_feedback.summary import Scope

OTHERS: Final = "(others)"
JOINED: Final = "joined"
GONE: Final = "gone"  # is being erased: it counts nowhere any more


class Kind(NamedTuple):
    """Of which answers. None: it is not known, or there was none."""

    task_type: str | None = None
    document_type: str | None = None
    model: str | None = None
    version_id: str | None = None
    template: str | None = None

    @property
    def is_others(self) -> bool:
        return self.model == self.version_id == self.template == OTHERS

    @property
    def among_others(self) -> "Kind":
        """Tasks and types of documents are few: they stay what they are."""
        return self._replace(model=OTHERS, version_id=OTHERS, template=OTHERS)

    def within(self, scope: Scope) -> bool:
        wanted = (scope.task_type, scope.document_type, scope.model, scope.version_id, scope.template)
        return all(one is None or one == its for one, its in zip(wanted, self, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`about`: the answer. `shared`: somebody else has said a word on it, too. `place`: in the order of what was
    said."""

    about: bytes
    result_id: UUID
    place: str
    state: str
    kind: Kind
    rating: str | None = None
    score: float | None = None
    stars: int | None = None
    corrected: bool = False
    signal: str | None = None  # what was done with the answer, where nobody said a word
    of_session: bool = False
    weight: float = 0.0
    issues: tuple[str, ...] = ()
    shared: bool = False

    @property
    def is_word(self) -> bool:
        """On one answer that is known."""
        return self.state == JOINED and not self.signal and not self.of_session
