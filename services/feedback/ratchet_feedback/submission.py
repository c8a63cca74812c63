"""What somebody says of an answer, as it comes over HTTP or in a line of a file, with its bounds."""

from typing import Annotated, Final, Self
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ratchet_feedback.cells import Cell
from ratchet_feedback.issues import Issue, known_issue
from ratchet_feedback.said import LARGEST_CORRECTIONS, Feedback
from ratchet_feedback.scoring import MOST_STARS, Rating, rating_of
from ratchet_feedback.sessions import SessionWord
from ratchet_feedback.signals import STANDS_FOR, Signal


def _no_truth(value: object) -> object:
    """True is no 1."""
    if isinstance(value, bool):
        raise ValueError("it is a number, and no true or false")
    return value


def _unless_blank(text: str) -> str:
    return text if text.strip() else ""


WHOLE: Final = 2**53  # further integers are not exact in JSON

Text = Annotated[str, Field(max_length=50_000)]
Whole = Annotated[int, Field(ge=-WHOLE, le=WHOLE)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | Whole | Number | Text
Item = Scalar | Annotated[dict[Annotated[str, Field(max_length=100)], Scalar | None], Field(max_length=20)]
Correction = Scalar | Annotated[list[Item], Field(max_length=500)]
Corrections = dict[Annotated[str, Field(min_length=1, max_length=100)], Correction]
Head = (
    Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_no_truth)]
    | Annotated[str, Field(min_length=1, max_length=500)]
)


OF_A_SESSION: Final = {"rating", "stars", "comments", "specific_issues"}
WRITTEN: Final = {"corrections", "edited_to", "reference", "cells"}


class CellCorrection(BaseModel):
    """Of a table in the answer, as Markdown has them."""

    model_config = ConfigDict(extra="forbid")

    table: int = Field(1, ge=1, le=100, description="from 1")
    row: Head = Field(description="what its first cell says, else its number below the head, from 1")
    column: Head = Field(description="what its head says, else its number, from 1")
    value: bool | Whole | Number | Annotated[str, Field(max_length=5_000)]


class Word(BaseModel):
    """What can be said of an answer, whoever says it and of which one."""

    model_config = ConfigDict(extra="forbid")

    rating: Rating | None = None
    stars: Annotated[int | None, BeforeValidator(_no_truth)] = Field(
        None, ge=1, le=MOST_STARS, description="in place of a rating, in finer steps"
    )
    signal: Signal | None = Field(None, description="what was done with the answer")
    edited_to: Annotated[str, Field(min_length=1, max_length=50_000)] | None = Field(
        None, description="what the answer was made into: a correction of all of it"
    )
    reference: Correction | None = Field(
        None, description="what should have been answered, as it turned out afterwards"
    )
    corrections: Corrections = Field({}, max_length=50)
    cells: list[CellCorrection] = Field([], max_length=500, description="corrections of single cells")
    comments: Annotated[str, AfterValidator(_unless_blank)] = Field(
        "", max_length=10_000, description="nothing but blanks is none"
    )
    specific_issues: list[Annotated[Issue, BeforeValidator(known_issue)]] = Field([], max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self._said():
            raise ValueError("it says nothing: give a rating, stars, a signal, a correction, a reference or a comment")
        if self.edited_to is not None and self.signal not in (None, Signal.EDITED):
            raise ValueError(f"edited_to goes with the signal edited, and not with {self.signal}")
        if self.edited_to is not None and "output" in self.corrections:
            raise ValueError("edited_to and corrections.output both say what the whole answer should be: give one")
        if self.rating and self.stars is not None and rating_of(self.stars) is not self.rating:
            raise ValueError(f"{self.stars} of {MOST_STARS} stars and a {self.rating} rating contradict each other")
        if len(self.model_dump_json(include=WRITTEN)) > LARGEST_CORRECTIONS:
            together = ", ".join(sorted(WRITTEN))
            raise ValueError(f"{together} together may take {LARGEST_CORRECTIONS} bytes as JSON")
        return self

    def _said(self) -> set[str]:
        """By field. An empty list as a reference says that there was nothing to find."""
        given = {name: getattr(self, name) for name in Word.model_fields}
        return {
            name for name, its in given.items() if its is not None and (its not in ("", [], {}) or name == "reference")
        }

    def feedback(self, tenant: str, result_id: UUID, user_id: str) -> Feedback:
        signal = Signal.EDITED if self.edited_to is not None else self.signal
        return Feedback(
            tenant=tenant,
            result_id=result_id,
            user_id=user_id,
            rating=self._rating() or self._stood_for(signal),
            corrections=self.corrections | ({"output": self.edited_to} if self.edited_to is not None else {}),
            comments=self.comments,
            issues=self._issues(),
            stars=self.stars,
            signal=signal.value if signal else "",
            spoken=self._said() != {"signal"},
            reference=self.reference,
            cells=tuple(Cell(cell.row, cell.column, _shown(cell.value), cell.table) for cell in self.cells),
        )

    def _issues(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(issue.value for issue in self.specific_issues))

    def _rating(self) -> Rating | None:
        """As it was said; else by what was said in its place. Who names an issue is not content. None: nobody rated."""
        if self.rating:
            return self.rating
        if self.stars is not None:
            return rating_of(self.stars)
        return Rating.NEGATIVE if self.specific_issues else None

    def _stood_for(self, signal: Signal | None) -> Rating | None:
        """What was done stands for a rating only where not a word was said beside it."""
        return STANDS_FOR[signal] if signal and self._said() == {"signal"} else None


class FeedbackSubmission(Word):
    result_id: UUID | None = Field(None, description="the answer that it is about")
    session_id: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="in place of result_id: it is about the whole session",
    )
    user_id: str = Field("anonymous", min_length=1, max_length=200, pattern=r"^[^\x00]*$")

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if (self.result_id is None) == (self.session_id is None):
            raise ValueError("give either the result_id of an answer or the session_id of a whole session")
        unfit = sorted(self._said() - OF_A_SESSION)
        if self.session_id is not None and unfit:
            raise ValueError(
                f"of a whole session nobody can say {', '.join(unfit)}: which answer is it about? Give its result_id"
            )
        return self

    def said(self, tenant: str) -> Feedback | SessionWord:
        if self.result_id is not None:
            return self.feedback(tenant, self.result_id, self.user_id)
        return SessionWord(
            tenant=tenant,
            session_id=self.session_id or "",
            user_id=self.user_id,
            rating=self._rating(),
            stars=self.stars,
            comments=self.comments,
            issues=self._issues(),
        )


def _shown(value: bool | float | str) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
