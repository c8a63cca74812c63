import pytest

from ratchet_scoring.hybrid_answers import HybridAnswer, HybridScore, hybrid_score

Parts = tuple[str, ...] | str


def score(said: Parts, meant: Parts, scales: str = ":", *, computed: bool = False) -> HybridScore:
    """`scales`: what was said, and what was meant, with a colon between."""
    of_said, of_meant = scales.split(":")
    return hybrid_score(HybridAnswer(_parts(said), of_said), HybridAnswer(_parts(meant), of_meant), computed=computed)


def _parts(answer: Parts) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


@pytest.mark.parametrize(
    ("said", "meant", "scales"),
    [
        ("$1,496.5", "1496.5", "million:million"),
        ("1,496,500", "$1,496.5", "thousand:million"),
        ("1.5 million", "1.5", ":million"),
        ("-12.6", "-12.6", "million:million"),
        ("12.675", "12.68", "percent:percent"),  # two places
        ("33.1%", "33.1", ":percent"),
        ("0.2342", "23.42", ":percent"),  # a share without a scale is the percentage
        ("The board, of directors", "board of Directors", ":"),
        (("2018", "2019"), ("2019", "2018"), ":"),  # the order does not count
    ],
)
def test_the_same_answer_said_otherwise_is_exact(said: str, meant: str, scales: str) -> None:
    assert score(said, meant, scales) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("said", "meant", "scales"),
    [
        ("1,496.5", "1,496.5", "thousand:million"),
        ("1,496.5", "1,496.5", ":million"),
        ("12.6", "-12.6", "million:million"),
        ("12.66", "12.68", "percent:percent"),
    ],
)
def test_another_number_or_scale_is_wrong_altogether(said: str, meant: str, scales: str) -> None:
    assert score(said, meant, scales) == (0.0, 0.0)


def test_words_in_common_count_for_spans_only() -> None:
    assert score("higher volume", "higher volume and prices") == (0.0, 0.67)
    assert score(("2019", "2018"), ("2019", "2018", "2017")) == (0.0, 0.8)
    assert score("3", "2", computed=True) == (0.0, 0.0)
    assert score("2 rows", "2", computed=True) == (0.0, 0.0)


def test_different_words_count_once() -> None:
    assert score("rose rose rose", "rose") == (0.0, 1.0)


def test_the_scale_of_words_is_a_word() -> None:
    assert score("not material", "not material", "million:") == (0.0, 0.8)


def test_figures_in_brackets_are_read_as_the_definition_reads_them() -> None:
    assert score("(114)", "-114") == (1.0, 1.0)
    assert score("(1,140)", "1140") == (1.0, 1.0)
    assert score("$(9.8) million", "-9.8") == (1.0, 1.0)


@pytest.mark.parametrize("parts", [(), ("",), (" ",), (".5",), ("nan",), ("inf",), ("雨", "%"), ("\ud800",)])
def test_whatever_is_said_gets_a_score(parts: tuple[str, ...]) -> None:
    for meant in (("12",), ("a",), parts):
        exact, f1 = hybrid_score(HybridAnswer(parts), HybridAnswer(meant, "percent"), computed=False)
        assert 0 <= exact <= 1
        assert 0 <= f1 <= 1


def test_nothing_said_is_wrong() -> None:
    assert score((), "12") == (0.0, 0.0)


@pytest.mark.parametrize("digits", ["1" * 20_000, "1. " * 6_000, "1" * 19_000 + "%"])
def test_many_digits_are_read_once(digits: str) -> None:
    assert score(digits, "12").exact == 0.0


def test_a_scale_behind_digits_counts_wherever_the_digits_begin() -> None:
    assert score("about 1.5million", "about 1.5million") == (1.0, 1.0)
    assert score("1.5 million", "1500000") == (1.0, 1.0)
    assert score("12%", "0.12") == (1.0, 1.0)
