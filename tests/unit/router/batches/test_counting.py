"""A batch is counted as often as it takes little time."""

from datetime import UTC, datetime

from ratchet_router.batches.batch import Batch, Counts
from ratchet_router.batches.counting import MOST, REST, Counting


class Slow:
    """Each count takes `takes` seconds of its own clock."""

    def __init__(self, takes: float) -> None:
        self.takes, self.now, self.counted = takes, 0.0, 0

    async def count(self, tenant: str, id_: str) -> Counts:  # noqa: ARG002
        self.now += self.takes
        self.counted += 1
        return Counts(total=self.counted)


def batch(id_: str = "batch_1", counts: Counts | None = None) -> Batch:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    given = {"caller": b"{}", "endpoint": "/api/generate", "input_file": "f"}
    return Batch(id=id_, tenant="acme", created_at=now, expires_at=now, gone_at=now, counts=counts, **given)  # type: ignore[arg-type]


async def test_the_longer_it_took_the_longer_it_is_remembered() -> None:
    slow = Slow(takes=2.0)
    its = Counting(slow.count, lambda: slow.now)
    for _ in range(3):
        assert (await its.of(batch())).total == 1
    slow.now += 2.0 * REST
    assert (await its.of(batch())).total == 2


async def test_what_is_over_is_not_counted_again() -> None:
    slow = Slow(takes=2.0)
    assert (await Counting(slow.count, lambda: slow.now).of(batch(counts=Counts(total=7)))).total == 7
    assert slow.counted == 0


async def test_however_many_are_looked_at_few_are_kept_in_mind() -> None:
    slow = Slow(takes=1.0)
    its = Counting(slow.count, lambda: slow.now)
    for n in range(MOST * 2):
        await its.of(batch(f"batch_{n}"))
    assert len(its._known) <= MOST
