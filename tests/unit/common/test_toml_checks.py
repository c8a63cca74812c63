import tomllib
from typing import Annotated, Literal

import msgspec
import pytest

from ratchet_common.toml_checks import MisplacedError, converted


class Limits(msgspec.Struct, forbid_unknown_fields=True):
    day_usd: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Tenant(msgspec.Struct, forbid_unknown_fields=True):
    users: dict[Annotated[str, msgspec.Meta(pattern="^[a-z.]+$")], Limits] = {}


class Model(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    tier: Literal["fast", "slow"]


class File(msgspec.Struct, forbid_unknown_fields=True):
    models: list[Model] = []
    tenants: dict[str, Tenant] = {}


GOOD = """\
[[models]]
name = "a"
tier = "fast"

[[models]]
name = "b"
tier = "slow"

[tenants.acme.users.ann]
day_usd = 1

[tenants.other.users."bob.b"]
day_usd = 2
"""


def test_what_is_well_is_as_it_is_told() -> None:
    found = converted(tomllib.loads(GOOD), File)
    assert found.tenants["other"].users["bob.b"].day_usd == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace('"slow"', '"quick"'), "line 7, `models[1].tier`: Invalid enum value 'quick'"),
        (GOOD.replace('name = "b"\n', ""), "line 5, `models[1]`: Object missing required field `name`"),
        (GOOD.replace("tier =", "tire =", 1), "line 3, `models[0]`: Object contains unknown field `tire`"),
        (GOOD.replace("= 1", "= 0"), "line 10, `tenants.acme.users.ann.day_usd`: Expected `int` >= 1"),
        (GOOD.replace("= 2", "= 0"), "line 13, `tenants.other.users.bob.b.day_usd`: Expected `int` >= 1"),
        (GOOD.replace("= 1", "= 0").replace("= 2", "= 0"), "line 10, `tenants.acme.users.ann.day_usd`: Expected"),
        (GOOD.replace("ann", "Ann"), "line 9, `tenants.acme.users.Ann`: Expected `str` matching regex '^[a-z.]+$'"),
        (GOOD + "[surprise]", "line 14: Object contains unknown field `surprise`"),
        ("models = 1", "line 1, `models`: Expected `array`, got `int`"),
        ('tenants = { acme = { users = { ann = "all" } } }', "line 1, `tenants.acme.users.ann`: Expected `object`"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(MisplacedError) as wrong:
        converted(tomllib.loads(text), File)
    assert wrong.value.placed(text).startswith(said)


def test_what_is_missing_from_the_whole_stands_on_no_line() -> None:
    with pytest.raises(MisplacedError) as wrong:
        converted({}, Model)
    assert wrong.value.placed("") == "Object missing required field `name`"
