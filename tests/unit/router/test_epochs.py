from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.epochs import EVERYTHING, MOST, Drop, Epoch, Kind
from ratchet_router.memory import Entry
from tests.unit.router.asks import VERSION
from tests.unit.router.test_cache import entry

SHORT = Kind("minutes_v2", "base", "small")
TEMPLATES = (None, "minutes", "minutes_v1", "minutes_v2", "minutes_long_v2")
VERSIONS = (None, "base", "small", VERSION, "own-model")
drops = st.builds(Drop, template=st.sampled_from(TEMPLATES), version=st.sampled_from(VERSIONS))
kinds = st.builds(
    Kind,
    template=st.sampled_from((None, "minutes_v1", "minutes_v2", "minutes_long_v2")),
    version_id=st.sampled_from(("base", VERSION)),
    model=st.sampled_from(("small", "own-model")),
)


def made(kind: Kind) -> Entry:
    return entry(template=kind.template, version_id=kind.version_id, model=kind.model)


def after(epoch: Epoch, drop: Drop) -> Epoch:
    if (drop := epoch.with_room(drop)) == EVERYTHING:
        return Epoch(epoch.cleared + 1)
    return Epoch(epoch.cleared, {**epoch.parts, drop: epoch.parts.get(drop, 0) + 1})


def test_a_template_is_named_by_its_id_or_with_its_version() -> None:
    assert Drop("minutes").takes(made(SHORT))
    assert Drop("minutes_v2").takes(made(SHORT))
    others = ("minutes_v1", "minute", "minutes_long", "minutes_v22")
    assert not any(Drop(other).takes(made(SHORT)) for other in others)


def test_a_version_is_named_by_its_id_or_its_model() -> None:
    trained = made(Kind(None, VERSION, "own-model"))
    assert [Drop(version=name).takes(trained) for name in (VERSION, "own-model", "base")] == [True, True, False]


def test_both_must_match() -> None:
    assert Drop("minutes", "small").takes(made(SHORT))
    assert not Drop("minutes", "large").takes(made(SHORT))
    assert not Drop("report", "small").takes(made(SHORT))


@given(st.lists(drops, max_size=12), kinds)
def test_an_answers_epoch_is_new_after_each_drop_that_takes_it_and_only_then(dropped: list[Drop], kind: Kind) -> None:
    epoch = Epoch()
    seen = {epoch.of(kind)}
    for drop in dropped:
        before, epoch = epoch, after(epoch, drop)
        assert (epoch.of(kind) not in seen) == drop.takes(made(kind))
        assert epoch.since(before) == [drop]
        seen.add(epoch.of(kind))


def test_where_too_many_parts_were_dropped_everything_is() -> None:
    epoch = Epoch(parts={Drop(f"t{number}"): 1 for number in range(MOST)})
    assert epoch.with_room(Drop("one_more")) == EVERYTHING
    assert epoch.with_room(Drop("t7")) == Drop("t7")
    assert after(epoch, Drop("one_more")).since(epoch) == [EVERYTHING]
