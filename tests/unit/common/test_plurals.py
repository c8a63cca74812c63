import pytest

from ratchet_common.plurals import plural, so_many


@pytest.mark.parametrize(
    ("number", "noun"), [(0, "epochs"), (1, "epoch"), (1.0, "epoch"), (1.5, "epochs"), (2, "epochs")]
)
def test_one_epoch_and_several_epochs(number: float, noun: str) -> None:
    assert plural(number, "epoch") == noun


def test_the_number_goes_before() -> None:
    assert [so_many(number, "line") for number in (0, 1, 2_000)] == ["0 lines", "1 line", "2,000 lines"]
