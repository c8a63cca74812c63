import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.reasoning import MARKER, answer_in


@given(thoughts=st.text(), answer=st.text())
def test_the_answer_stands_under_the_last_marker(thoughts: str, answer: str) -> None:
    if MARKER not in answer:
        assert answer_in(f"{thoughts}\n{MARKER}\n{answer}") == answer.strip()


@pytest.mark.parametrize("line", [MARKER, f"**{MARKER}**", f"  {MARKER}  ", f"## {MARKER}", f"> `{MARKER}`"])
def test_models_dress_the_marker_up(line: str) -> None:
    assert answer_in(f"First {MARKER} then.\n{line}\nrisk\n") == "risk"


def test_without_a_marker_all_of_it_is_the_answer() -> None:
    assert answer_in(f" risk, {MARKER} \n") == f" risk, {MARKER} \n"
