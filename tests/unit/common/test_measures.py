"""What is looked up for a scrape: fresh, missing where it could not be, and never so often that it is a load."""

from prometheus_client import REGISTRY, Gauge

from ratchet_common.errors import RetryLaterError
from ratchet_common.measures import FRESH_S, Found, Measures

DEPTH = Gauge("ratchet_test_depth", "How deep it is", ("place",))


class Sea:
    def __init__(self) -> None:
        self.depths: dict[str, float] = {}
        self.away = False
        self.looks = 0

    async def __call__(self) -> Found:
        self.looks += 1
        if self.away:
            raise RetryLaterError("nobody answers")
        return [(DEPTH, (place,), depth) for place, depth in self.depths.items()]


def shown(place: str) -> float | None:
    return REGISTRY.get_sample_value("ratchet_test_depth", {"place": place})


def failures() -> float | None:
    return REGISTRY.get_sample_value("ratchet_measure_failures_total", {"service": "notes", "measure": "depth"})


def of(sea: Sea) -> Measures:
    measures = Measures("notes")
    measures.add("depth", sea)
    return measures


async def again(measures: Measures) -> None:
    measures._looked_at -= FRESH_S
    await measures.look()


async def test_what_is_gone_is_not_shown_any_more() -> None:
    sea = Sea()
    sea.depths = {"here": 3.0, "there": 5.0}
    measures = of(sea)
    await measures.look()
    assert (shown("here"), shown("there")) == (3.0, 5.0)
    sea.depths = {"here": 4.0}
    await again(measures)
    assert (shown("here"), shown("there")) == (4.0, None)


async def test_where_a_look_fails_there_is_no_number_until_one_succeeds() -> None:
    sea = Sea()
    sea.depths = {"here": 3.0}
    measures = of(sea)
    await measures.look()
    before = failures()
    assert before is not None  # it is there from the start
    sea.away = True
    await again(measures)
    assert shown("here") is None
    assert failures() == before + 1
    sea.away = False
    await again(measures)
    assert shown("here") == 3.0


async def test_whoever_asks_at_once_again_gets_the_same() -> None:
    sea = Sea()
    measures = of(sea)
    for _ in range(100):
        await measures.look()
    assert sea.looks == 1
