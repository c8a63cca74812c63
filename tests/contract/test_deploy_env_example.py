"""`.env.example` names every setting that there is, and a copy of it changes nothing."""

import re
from pathlib import Path
from typing import get_args

import pytest
from dotenv import dotenv_values

from ratchet_catalogue.provider_table import ProviderTable
from ratchet_cli.env_example import OF_SERVICES, PLACE, ROOT, text
from ratchet_common.settings import variables
from tests.contract.started import started

NEEDED = {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "MONGODB_URL": "mongodb://mongodb", "TOKENS_FILE": "tokens.json"}


def test_the_written_file_is_what_the_settings_say() -> None:
    assert PLACE.read_text() == text(), "run `python -m ratchet_cli.env_example`"


def test_every_setting_is_named_once_and_explained() -> None:
    lines = text().splitlines()
    named = [match[1] for line in lines if (match := re.match(r"#([A-Z_0-9]+)=", line))]
    wanted = {variable for kind in OF_SERVICES.values() for variable in variables(kind).values()}
    assert sorted(named) == sorted(wanted)
    explained = [lines[lines.index(line) - 1] for line in lines if re.match(r"#[A-Z_0-9]+=", line)]
    assert all(re.match(r"# \w", line) and "None" not in line for line in explained)


def test_what_it_says_of_the_catalogue_is_a_field_of_every_provider_there() -> None:
    (named,) = re.findall(r'your catalogue gives them \(`(\w+) = "env:NAME"`\)', text())
    assert [table for table in get_args(ProviderTable) if named not in table.__struct_fields__] == []


def test_an_unchanged_copy_sets_nothing() -> None:
    assert dotenv_values(PLACE) == {}


def test_no_default_is_a_path_of_the_machine_that_wrote_it() -> None:
    assert str(PLACE.parent) not in text()


@pytest.mark.parametrize("service", OF_SERVICES)
def test_a_default_that_is_uncommented_is_still_the_default(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # where a path of the checkout is meant from
    its = set(variables(OF_SERVICES[service]).values())
    said = dict(re.findall(r"(?m)^#([A-Z_0-9]+)=(.+)$", text()))
    written = {name: value for name, value in said.items() if name in its}
    uncommented = started(service, NEEDED | written, monkeypatch).model_dump()
    untouched = started(service, NEEDED | {name: said[name] for name in ("HOST", "PORT")}, monkeypatch).model_dump()
    assert {k: resolved(v) for k, v in uncommented.items()} == {k: resolved(v) for k, v in untouched.items()}


def resolved(value: object) -> object:
    return value.resolve() if isinstance(value, Path) else value
