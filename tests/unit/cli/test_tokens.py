from decimal import Decimal
from pathlib import Path

import pytest

from ratchet_cli.embedded import token_for_trying
from ratchet_cli.tokens import create_token, limits_of
from ratchet_common.auth import read_tokens
from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits


def test_limits_are_given_by_name() -> None:
    assert limits_of([]) is None
    assert limits_of(["day_usd=2.5", "requests_per_minute=60"]) == Limits(
        day_usd=Decimal("2.5"), requests_per_minute=60
    )


@pytest.mark.parametrize("wrong", ["day_usd", "week_usd=1", "day_usd=much", "day_usd=-1", "tokens_per_minute=1.5"])
def test_a_wrong_limit_is_a_sentence_that_names_those_that_there_are(wrong: str) -> None:
    with pytest.raises(CannotStartError, match=r"A limit is wrong: .*month_usd"):
        limits_of([wrong])


def test_the_first_start_keeps_the_tokens_that_were_made_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_token("acme", ["read"], name="dashboards", days=None, path=tmp_path / "tokens.json")
    made = capsys.readouterr().out.strip()
    shown, hashes = token_for_trying(tmp_path)
    kept = read_tokens(hashes)
    assert [kept.caller(token).tenant for token in (made, shown)] == ["acme", "local"]
    assert token_for_trying(tmp_path)[0] == shown
