"""One file for the settings of all services; the environment goes before it."""

from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import load
from ratchet_router.settings import RouterSettings

COMMON = """
[common]
kafka_bootstrap_servers = "here:9092"
mongodb_url = "mongodb://here"
tokens_file = "tokens.json"
drain_seconds = 7
"""


def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> RouterSettings:
    file = tmp_path / "ratchet.toml"
    file.write_text(COMMON + text)
    monkeypatch.setenv("RATCHET_CONFIG", str(file))
    return load(RouterSettings)


def test_the_file_gives_what_the_environment_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTER_ATTEMPTS", "2")
    settings = loaded(tmp_path, monkeypatch, "[router]\nattempts = 5\ndeadline_ms = 900\n[monitor]\n")
    assert (settings.drain_seconds, settings.deadline_ms, settings.attempts) == (7, 900, 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[router]\n\nattemps = 5\n", r"ratchet.toml .*line 9, \[router\] sets attemps, .*did you mean attempts\?"),
        ("[router]\nattempts = 0\n", r"line 8, \[router\]: The setting ROUTER_ATTEMPTS is wrong"),
        ("[router]\nattempts = \n", r"ratchet.toml .*is no TOML: .*line 8"),
        ("[common_]\n", r"line 7, has no place for common_"),
        ("drain_second = 1\n", r"line 7, \[common\] sets drain_second, .*did you mean drain_seconds\?"),
        ("[routr]\n", r"line 7, has no place for routr: there are the tables common, router"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    with pytest.raises(CannotStartError, match=sentence):
        loaded(tmp_path, monkeypatch, text)


def test_a_secret_is_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("p4ss\n")
    secret = f'kafka_password = "file:{tmp_path}/password"\n'
    assert loaded(tmp_path, monkeypatch, secret).kafka_password.get_secret_value() == "p4ss"
    with pytest.raises(CannotStartError, match="is a secret") as refused:
        loaded(tmp_path, monkeypatch, 'kafka_password = "p4ss"\n')
    assert "p4ss" not in str(refused.value)
