"""A share of a student is taken up once that is loaded here, or is known to be none."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from ratchet_common.events import TrafficAssigned
from ratchet_providers.base import ProviderError
from ratchet_router.warming import Warming
from tests.unit.router.asks import CATALOGUE, VERSION, assigned


@dataclass
class Loading:
    wrong: frozenset[str] = frozenset()
    loaded: list[str] = field(default_factory=list)

    async def prepare(self, artifact: str, sha256: str) -> None:
        self.loaded.append(sha256)
        if sha256 in self.wrong:
            raise ProviderError("unavailable", f"{artifact} is none")


def shared(sha256: str = "a" * 64) -> TrafficAssigned:
    event = assigned({VERSION: 10, "base": 90})
    serving = replace(event.versions[VERSION], sha256=sha256)
    return replace(event, versions={**event.versions, VERSION: serving})


async def test_nothing_is_taken_up_before_its_student_is_loaded() -> None:
    students = Loading()
    warming = Warming(students, CATALOGUE.platforms)
    assert not warming.readies(shared())
    assert await warming.one_more()
    assert warming.readies(shared())
    assert students.loaded == ["a" * 64]
    assert not warming.readies(shared("b" * 64))


async def test_a_student_that_cannot_be_loaded_holds_nothing_up_for_ever() -> None:
    warming = Warming(Loading(wrong=frozenset({"a" * 64})), CATALOGUE.platforms)
    assert not warming.readies(shared())
    await warming.one_more()
    assert warming.readies(shared())


async def test_what_takes_a_version_back_waits_for_nothing() -> None:
    assert Warming(Loading(), CATALOGUE.platforms).readies(replace(shared(), revoked=("classification-00000000",)))


async def test_what_has_no_student_is_ready_and_what_is_heard_is_loaded() -> None:
    students = Loading()
    warming = Warming(students, CATALOGUE.platforms)
    assert warming.readies(assigned({"base": 100}))
    assert not await warming.one_more()
    warming.hear(shared())
    assert await warming.one_more()
    assert not await warming.one_more()
    assert students.loaded == ["a" * 64]
