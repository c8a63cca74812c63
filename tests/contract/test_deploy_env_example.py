"""`.env.example` names every setting that there is, and a copy of it changes nothing."""

import re

from dotenv import dotenv_values

from ratchet_cli.env_example import OF_SERVICES, PLACE, text
from ratchet_common.settings import variables


def test_the_written_file_is_what_the_settings_say() -> None:
    assert PLACE.read_text() == text(), "run `python -m ratchet_cli.env_example`"


def test_every_setting_is_named_once_and_explained() -> None:
    lines = text().splitlines()
    named = [match[1] for line in lines if (match := re.match(r"#([A-Z_0-9]+)=", line))]
    wanted = {variable for kind in OF_SERVICES.values() for variable in variables(kind).values()}
    assert sorted(named) == sorted(wanted)
    explained = [lines[lines.index(line) - 1] for line in lines if re.match(r"#[A-Z_0-9]+=", line)]
    assert all(re.match(r"# \w", line) and "None" not in line for line in explained)


def test_an_unchanged_copy_sets_nothing() -> None:
    assert dotenv_values(PLACE) == {}


def test_no_default_is_a_path_of_the_machine_that_wrote_it() -> None:
    assert str(PLACE.parent) not in text()
