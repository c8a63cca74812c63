"""A reader as a student: a document and a question in, a text with its places in the document out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ratchet_student.examples import Evidence, Prediction
from ratchet_student.reader.documents import Piece
from ratchet_student.reader.fitting import Fitting, fitting
from ratchet_student.reader.given import MAX_QUESTION, Answer, abstained
from ratchet_student.reader.model import Reader
from ratchet_student.reader.sheet import Sheet, sheet_of
from ratchet_student.reader.text_spans import where
from ratchet_student.words import words


def predictions(reader: Reader, documents: Sequence[str], questions: Sequence[str]) -> Iterator[Prediction]:
    """A document that follows itself is read once, where all of it is read."""
    last, read, sheet = "", fitting("", ""), sheet_of([], [])
    for document, question in zip(documents, questions, strict=True):
        if document != last or not read.whole:
            last, read = document, fitting(document, question)
            tables = [[[cell.text for cell in row] for row in table] for table in read.tables]
            sheet = sheet_of([text.text for text in read.texts], tables)
        asked = question[:MAX_QUESTION]
        said = _said(_answer(reader, asked, sheet), read)
        yield said if asked == question else replace(said, assumptions=(*said.assumptions, CUT))


NOTHING = Prediction("", 0.0, sure=False)
CUT = f"Of the question the first {MAX_QUESTION:,} characters were read."


def _answer(reader: Reader, question: str, sheet: Sheet) -> Answer:
    """Where it abstains, what it would say all the same, of which it is not sure: whoever asks nobody else gets it."""
    answer = reader.answer(question, sheet) if words(question) else abstained("The question has no words.")
    if answer.parts:
        return answer
    guessed = reader.likeliest(question, sheet)
    return replace(guessed if guessed.parts else _first(sheet), confidence=0.0, sure=False)


def _first(sheet: Sheet) -> Answer:
    """The first sentence."""
    for said in (passage.text for passage in sheet.text.passages):
        return Answer((said,), None, "", "text", (), where(sheet.texts, said), 0.0)
    return abstained("There is nothing to read.")


def _said(answer: Answer, read: Fitting) -> Prediction:
    if not answer.parts:
        return NOTHING
    places = [Evidence(cell.text, cell.start, cell.end) for cell in _cells(answer, read)]
    for span in answer.spans:
        text = read.texts[span.text]
        places.append(Evidence(text.text[span.start : span.end], text.start + span.start, text.start + span.end))
    return Prediction(
        answer.text,
        answer.confidence,
        sure=answer.sure,
        evidence=tuple(places),
        assumptions=(*read.assumptions, *answer.assumptions),
    )


def _cells(answer: Answer, read: Fitting) -> Iterator[Piece]:
    for at in answer.cells:
        row = read.tables[at.table][at.row]
        if at.column < len(row):  # else a label that stands for an empty one
            yield row[at.column]
