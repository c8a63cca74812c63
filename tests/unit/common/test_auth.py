import stat
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ratchet_common.auth import NoTokenError, Scope, Tokens, new_token, read_tokens, write_tokens
from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits


def test_a_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    token, row = new_token("acme", frozenset({Scope.READ, Scope.FEEDBACK}), name="dashboard")
    write_tokens(tmp_path / "tokens.json", [row])
    kept = (tmp_path / "tokens.json").read_text()
    assert token not in kept
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600
    assert read_tokens(tmp_path / "tokens.json").caller(token) == row


def test_a_key_carries_its_limits(tmp_path: Path) -> None:
    limits = Limits(day_usd=Decimal("2.5"), requests_per_minute=60)
    token, row = new_token("acme", frozenset({Scope.GENERATE}), limits=limits)
    write_tokens(tmp_path / "tokens.json", [row])
    assert read_tokens(tmp_path / "tokens.json").caller(token).limits == limits


def test_a_file_without_limits_reads_as_before(tmp_path: Path) -> None:
    _, row = new_token("acme", frozenset({Scope.READ}))
    write_tokens(tmp_path / "tokens.json", [row])
    assert "limits" not in (tmp_path / "tokens.json").read_text()


def test_two_tokens_are_never_alike() -> None:
    assert len({new_token("acme", frozenset())[0] for _ in range(100)}) == 100


@pytest.mark.parametrize(("valid", "known"), [(timedelta(hours=1), True), (timedelta(seconds=-1), False), (None, True)])
def test_a_token_is_known_until_it_expires(valid: timedelta | None, known: bool) -> None:
    token, row = new_token("acme", frozenset(Scope), valid=valid)
    tokens = Tokens({row.sha256: row})
    if known:
        assert tokens.caller(token).tenant == "acme"
        return
    with pytest.raises(NoTokenError, match="expired"):
        tokens.caller(token)


def test_an_unknown_token_is_not_repeated() -> None:
    with pytest.raises(NoTokenError) as refused:
        Tokens({}).caller("rk_secret")
    assert "rk_secret" not in refused.value.detail


ROW = b'[{"sha256": "ab", "tenant": "acme", "scopes": ["read"], %s}]'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "malformed"),
        (b"{}", "malformed"),
        (b'["\xff"]', "malformed"),
        (b'[{"tenant": "acme", "scopes": []}]', "malformed.*sha256"),
        (ROW % b'"colour": 1', "malformed.*colour"),
        (b'[{"sha256": "ab", "tenant": "acme", "scopes": ["fly"]}]', "malformed"),
        (ROW % b'"expires": "2027-01-01T00:00:00"', "no time zone: write it with Z"),
        (b'[\n  {"sha256": "ab",\n  "tenant" "acme"}\n]', "malformed in line 3"),
        (b'[\n  {"sha256": "\xff"}\n]', "malformed in line 2"),
        (ROW % b'"limits": {"day_usd": -1}', "must be a budget"),
        (ROW % b'"limits": {"week_usd": 1}', "week_usd"),
        (ROW % b'"limits": {"tokens_per_minute": 0}', "tokens_per_minute"),
    ],
)
def test_a_malformed_file_stops_the_start_and_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(CannotStartError, match=f"tokens.json.*{why}"):
        read_tokens(path)


def test_a_missing_file_stops_the_start_and_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"TOKENS_FILE.*No such file.*ratchet token create"):
        read_tokens(tmp_path / "tokens.json")


def test_an_end_is_kept_with_its_time_zone(tmp_path: Path) -> None:
    token, row = new_token("acme", frozenset({Scope.READ}), valid=timedelta(days=1))
    write_tokens(tmp_path / "tokens.json", [row])
    expires = read_tokens(tmp_path / "tokens.json").caller(token).expires
    assert expires is not None
    assert expires > datetime.now(UTC)
