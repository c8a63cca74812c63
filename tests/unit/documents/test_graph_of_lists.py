"""Lists of actions, logs of decisions and registers of risks, as tables have them."""

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk, chunks_of
from ratchet_documents.graph import graph_of
from ratchet_documents.graph.said_in_tables import said_in_table
from ratchet_documents.parsed import Page, Parsed, Table


def chunks(*rows: tuple[str, ...]) -> list[Chunk]:
    return list(chunks_of(Parsed("docx", "minutes.docx", "pages", (Page(1, (Table(rows, heads=1),)),))))


def test_a_row_of_a_list_of_actions_is_a_task_with_its_owner_and_its_day() -> None:
    found = chunks(
        ("No.", "Action item", "Owner", "Due date", "Status"),
        ("1", "Send the wiring plan to the surveyor", "Mara Lindqvist", "2026-03-20", "open"),
        ("2", "Book the crane", "Tomas Ruiz, Ida Lind", "–", ""),
        ("3", "", "Oskar", "Friday", ""),
        ("4", "Order tiles", "TBD", "", ""),
    )
    graph = graph_of(About("minutes", "Minutes"), found)
    owned = [(one.ends, one.text) for one in graph.relations if one.type == "owns"]
    assert owned == [
        (("person:mara lindqvist", "task:send the wiring plan to the surveyor"), "2026-03-20"),
        (("person:tomas ruiz", "task:book the crane"), ""),
        (("person:ida lind", "task:book the crane"), ""),
        (("task:order tiles",), ""),
    ]
    where = next(one.where for one in graph.relations)
    assert found[0].text[where.start : where.end].startswith("1 | Send the wiring plan")


def test_decisions_and_risks_of_tables() -> None:
    decided = said_in_table("Date | Decision | Rationale\n2026-03-12 | Move the launch to May | Tests are late")
    assert [(one.kind, one.what) for one in decided] == [("decision", "Move the launch to May")]
    risks = said_in_table("ID | Risk | Likelihood | Impact\nR1 | The supplier stops | high | high\nR2 | ... | |")
    assert [(one.kind, one.what, one.who) for one in risks] == [("risk", "The supplier stops", "")]


@pytest.mark.parametrize(
    "text",
    [
        "Task | Hours\nPainting of the hall | 12",  # nobody owns it
        "Risk | 2025 | 2024\nCredit risk | 120 | 100",
        "Owner | Shares\nA fund of pensions | 12 %",
        "What | Who\nPainting of the hall | Ida",
        "",
    ],
)
def test_other_tables_say_nothing_of_that_kind(text: str) -> None:
    assert list(said_in_table(text)) == []


def test_german_lists_and_no_more_than_are_bounded() -> None:
    found = list(said_in_table("Aufgabe | Verantwortlich | Frist\nPläne schicken | Jörg Ahrens | 20.03.2026"))
    assert [(one.what, one.who, one.due) for one in found] == [("Pläne schicken", "Jörg Ahrens", "20.03.2026")]
    many = "\n".join(f"Paint wall number {at} | Ida" for at in range(1_000))
    assert len(list(said_in_table(f"Task | Owner\n{many}"))) == 200


def test_tasks_that_begin_alike_are_not_one() -> None:
    found = chunks(
        ("Action", "Owner"),
        ("Send the revised plan for the second phase of project Harrier to the surveyor", "Mara Lindqvist"),
        ("Send the revised plan for the second phase of project Harrier to the port", "Tomas Ruiz"),
    )
    ends = [one.ends for one in graph_of(About("minutes", "Minutes"), found).relations]
    assert len({task for _, task in ends}) == 2


def test_a_table_may_have_decisions_and_tasks_and_names_of_columns_may_be_two() -> None:
    text = (
        "Topic | Decision | Action / next step | Responsible person | Deadline\n"
        "Crane | Accept the bid of Norcrane | Sign the contract | Mara Lindqvist (Legal) | 12 May 2026\n"
        "Quay |  | Ask for a schedule | Tomas Ruiz | 14 May 2026"
    )
    assert [(one.kind, one.what, one.who, one.due) for one in said_in_table(text)] == [
        ("task", "Sign the contract", "Mara Lindqvist", "12 May 2026"),
        ("task", "Ask for a schedule", "Tomas Ruiz", "14 May 2026"),
        ("decision", "Accept the bid of Norcrane", "", ""),
    ]
    register = "Risk | Impact | Action | Owner\nThe quay subsides | high | Measure each week | Mara Lindqvist"
    assert {(one.kind, one.what) for one in said_in_table(register)} == {
        ("task", "Measure each week"),
        ("risk", "The quay subsides"),
    }
    rated = "Action | Owner | Risk\nMeasure each week | Mara Lindqvist | High"
    assert [one.kind for one in said_in_table(rated)] == ["task"]
    french = "N° | Décision | Responsable\n1 | Le budget est porté à 45 000 euros | Claire"
    assert [(one.kind, one.what) for one in said_in_table(french)] == [
        ("decision", "Le budget est porté à 45 000 euros")
    ]
