from decimal import Decimal
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits
from ratchet_router import settings
from ratchet_router.limits.file import NO_LIMITS, read_limits, understood

FILE = """
[default.tenant]
month_usd = 100
[default.each_key]
requests_per_minute = 60
[default.each_user]
day_usd = 0.5

[tenants.acme.tenant]
month_usd = 1000
[tenants.acme.each_user]
day_usd = 2
[tenants.acme.users."ann@example.org"]
tokens_per_minute = 10_000
"""


def test_a_table_of_its_own_takes_the_place_of_the_default() -> None:
    file = understood(FILE)
    assert file.of_tenant("acme") == Limits(month_usd=Decimal(1000))
    assert file.of_tenant("other") == Limits(month_usd=Decimal(100))
    assert file.of_key("acme") == file.of_key("other") == Limits(requests_per_minute=60)
    assert file.of_user("acme", "bob") == Limits(day_usd=Decimal(2))
    assert file.of_user("acme", "ann@example.org") == Limits(tokens_per_minute=10_000)
    assert file.of_user("other", "ann@example.org") == Limits(day_usd=Decimal("0.5"))


def test_the_example_is_a_limits_file() -> None:
    file = read_limits(Path(settings.__file__).with_name("limits.example.toml"))
    assert file.of_user("acme", "ann@example.org") == Limits(day_usd=Decimal(50))
    assert file.of_user("acme", "bob") == file.of_user("other", "bob") == Limits(day_usd=Decimal(5))


def test_no_file_is_no_limits() -> None:
    assert read_limits(None) is NO_LIMITS
    assert NO_LIMITS.of_tenant("acme") is NO_LIMITS.of_key("acme") is NO_LIMITS.of_user("acme", "ann") is None


def test_an_empty_table_lifts_the_default() -> None:
    assert understood(FILE + "[tenants.free.tenant]\n").of_tenant("free") == Limits()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE + "this is no toml", "line 15"),
        (FILE.replace("month_usd = 1000", "month_usd = -1"), r"line 10, `tenants\.acme\.tenant`.*must be a budget"),
        (FILE.replace("day_usd = 2", "day_usd = 1e-10"), r"line 12.*day_usd` must be a budget"),
        (FILE.replace("month_usd = 1000", "month_usd = inf"), "must be a budget"),
        (FILE.replace("= 60", "= 0"), r"line 5, `default\.each_key\.requests_per_minute`.*>= 1"),
        (FILE.replace("= 10_000", "= 1.5"), r"line 14, `tenants\.acme\.users\.ann@example\.org\.tokens_per_minute`"),
        (FILE.replace("day_usd = 2", "week_usd = 2"), r"line 12, `tenants\.acme\.each_user`.*week_usd"),
        (FILE + "[tenants.acme.each_robot]\n", r"line 15, `tenants\.acme`.*each_robot"),
        (FILE + "[each_user]\n", "line 15: .*each_user"),
        ("tenants = 1", "line 1, `tenants`"),
        ("[tenants]\nacme = 1", r"line 2, `tenants\.acme`"),
        ('default.users = "all"', r"line 1, `default\.users`"),
    ],
)
def test_what_is_wrong_stops_the_start_with_its_table_and_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(CannotStartError, match=said) as stopped:
        read_limits(path)
    assert "ROUTER_LIMITS" in str(stopped.value)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="cannot be read: No such file"):
        read_limits(tmp_path / "none.toml")


def test_a_mark_that_editors_put_before_a_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(FILE, encoding="utf-8-sig")
    assert read_limits(path) == understood(FILE)
