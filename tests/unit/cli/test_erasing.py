"""`ratchet data erase`, as far as it goes without a gateway."""

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app


def ratchet(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["data", "erase", *arguments], env={"RATCHET_TOKEN": "t", "COLUMNS": "200"})


@pytest.mark.parametrize("user", ["", "x" * 201])
def test_a_user_who_cannot_be_one_is_a_sentence(user: str) -> None:
    refused = ratchet(user)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "1 to 200 characters" in refused.stderr


def test_a_gateway_that_is_not_there_is_a_sentence_without_the_user() -> None:
    refused = ratchet("ann@example.com", "--url", "http://127.0.0.1:9")
    assert refused.exit_code == 1
    assert "cannot be asked" in refused.stderr
    assert "ann@" not in refused.stderr
