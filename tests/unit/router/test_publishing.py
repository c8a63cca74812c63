from typing import Any

import msgspec
import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.vocabulary import TaskType
from ratchet_router.declared_length import Ends, Length
from ratchet_router.library import Library
from ratchet_router.picking import TemplateForOtherTaskError, UnknownTemplateError, named, suited
from ratchet_router.publishing import (
    InvalidTemplateError,
    Published,
    TooManyTemplatesError,
    activate,
    digest_of,
    publish,
)
from ratchet_router.shelf import of_files
from ratchet_router.template import Template, Variable, as_kept
from tests.unit.router.templates import FakeTemplateStore, known, template

FILES = of_files([known("usual", default=True), known("usual", version=4, default=True), known("qa", task=TaskType.QA)])


class Office:
    """One tenant's templates, seen by one replica."""

    def __init__(self) -> None:
        self.store, self.library = FakeTemplateStore(), Library(FILES)

    async def publish(self, draft: Template, tenant: str = "acme", *, live: bool = True, most: int = 9) -> Published:
        shelf = self.library.of(tenant)
        found = await publish(draft, tenant=tenant, shelf=shelf, store=self.store, most=most, live=live)
        await self.library.refresh(self.store)
        return found

    async def activate(self, id_: str, version: int, tenant: str = "acme") -> None:
        await activate(id_, version, tenant=tenant, shelf=self.library.of(tenant), store=self.store)
        await self.library.refresh(self.store)

    def live(self, tenant: str = "acme", id_: str = "usual") -> str:
        return named(self.library.of(tenant), id_, TaskType.SUMMARY).name


async def test_a_tenants_version_comes_after_those_that_ship_and_is_live_for_the_tenant_alone() -> None:
    office = Office()
    assert await office.publish(template("usual", system="Be brief.")) == Published(5, created=True)
    assert (office.live("acme"), office.live("other")) == ("usual_v5", "usual_v4")
    assert await office.publish(template("own")) == Published(1, created=True)
    with pytest.raises(UnknownTemplateError):
        office.live("other", "own")


async def test_the_same_words_again_are_the_same_version() -> None:
    office = Office()
    variables = {"document": Variable(), "b": Variable(default="1"), "a": Variable(default="2")}
    first = template("own", system="$a $b", variables=variables)
    again = template("own", system="$a $b", variables=dict(reversed(variables.items())))
    await office.publish(first)
    assert await office.publish(again) == Published(1, created=False)
    await office.publish(template("own", system="Other words."))
    assert await office.publish(first) == Published(3, created=True)  # back to what was said before is a step forward


async def test_what_is_not_live_is_used_by_name_alone_until_it_is_activated() -> None:
    office = Office()
    await office.publish(template("usual", system="Be brief."), live=False)
    await office.publish(template("draft", default=True), live=False)
    assert office.live() == "usual_v4"
    assert named(office.library.of("acme"), "draft@1", TaskType.SUMMARY).name == "draft_v1"
    found = suited(office.library.of("acme"), TaskType.SUMMARY, None, reasoning=False)
    assert found is not None
    assert found.name == "usual_v4"
    await office.activate("usual", 5)
    assert office.live() == "usual_v5"


async def test_any_version_can_be_activated_again_and_a_newer_one_takes_over() -> None:
    office = Office()
    await office.publish(template("usual", system="Five."))
    await office.activate("usual", 1)
    assert (office.live(), office.live("other")) == ("usual_v1", "usual_v4")
    await office.publish(template("usual", system="Six."))
    assert office.live() == "usual_v6"


@pytest.mark.parametrize(("id_", "version"), [("usual", 9), ("nobody", 1), ("own", 1)])
async def test_what_is_not_there_cannot_be_activated(id_: str, version: int) -> None:
    office = Office()
    await office.publish(template("own"), "other")
    with pytest.raises(UnknownTemplateError):
        await office.activate(id_, version)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"system": "Be $tone."}, "system"),
        ({"user": "No text."}, "user"),
        ({"output_schema": '{"type": "objct"}'}, "output_schema"),
        ({"output_schema": "[" * 10_000}, "output_schema"),
        ({"id": "own_v2"}, "id"),
    ],
)
async def test_what_is_wrong_is_refused_with_its_field(how: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidTemplateError) as refused:
        await Office().publish(msgspec.structs.replace(template("own"), **how))
    errors = refused.value.extra["errors"]
    assert isinstance(errors, list)
    assert field in [error["field"] for error in errors]


async def test_an_id_stays_with_its_task() -> None:
    office = Office()
    with pytest.raises(TemplateForOtherTaskError):
        await office.publish(template("qa"))
    stale = Library(FILES)  # a replica that has not heard of it yet
    await office.publish(template("own"))
    report = template("own", task=TaskType.REPORT)
    with pytest.raises(TemplateForOtherTaskError):
        await publish(report, tenant="acme", shelf=stale.of("acme"), store=office.store, most=9, live=True)


async def test_no_more_are_kept_than_the_setting_says() -> None:
    office = Office()
    await office.publish(template("own"), most=1)
    with pytest.raises(TooManyTemplatesError):
        await office.publish(template("other"), most=1)
    assert await office.publish(template("own"), most=1) == Published(1, created=False)
    assert await office.publish(template("other"), "other", most=1) == Published(1, created=True)


async def test_who_comes_second_takes_the_next_version() -> None:
    office = Office()
    office.store.taken = {5, 6}
    assert await office.publish(template("usual", system="Be brief.")) == Published(7, created=True)
    office.store.taken = set(range(100))
    with pytest.raises(RetryLaterError):
        await office.publish(template("usual", system="Be quick."))


def test_a_digest_is_of_the_words_and_not_of_the_version() -> None:
    assert digest_of(template(version=1)) == digest_of(template(version=2))
    assert digest_of(template()) != digest_of(template(default=True))
    assert digest_of(template()) != digest_of(template(length=Length(words=Ends(most=80))))


def test_the_digest_of_one_that_declares_no_length_is_what_it_was_before_there_was_one() -> None:
    assert digest_of(template()).hex().startswith("ec1ffcd8aa6a79c5")
    assert "length" not in as_kept(template())
    assert msgspec.convert(as_kept(template()), Template) == template()
    declared = template(length=Length(words=Ends(most=80)))
    assert msgspec.convert(as_kept(declared), Template) == declared
