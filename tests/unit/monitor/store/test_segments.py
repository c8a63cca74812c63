"""How facts lie in the store: those of an hour that came together as one document, and each counts once."""

from datetime import timedelta

from ratchet_monitor.filing import filed
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score, score_of
from ratchet_monitor.store.segments import MOST, Segments
from tests.unit.monitor.make import HOUR, NOW, joined, observation, result_id

SEEN = Segments(Observation, lambda seen: seen.result_id)
REPEATED = Segments(Hit, lambda hit: hit.result_id)
SAID = Segments(Score, lambda score: score.event_id)


def hit(number: int, *, hours_ago: int = 0, tenant: str = "acme") -> Hit:
    at = NOW - timedelta(hours=hours_ago)
    return Hit(
        result_id=result_id(number, at), origin=result_id(number + 100, at), tenant=tenant, task_type="summary", at=at
    )


def test_facts_lie_under_their_own_hours_and_tenants() -> None:
    facts = [hit(1), hit(2, hours_ago=20), hit(3), hit(4, tenant="other")]
    stored = dict(REPEATED.of(filed(facts), NOW))
    assert {bucket: REPEATED.facts_in(segment) for bucket, segment in stored.items()} == {
        BucketKey("acme", "summary", HOUR): [facts[0], facts[2]],
        BucketKey("acme", "summary", HOUR - timedelta(hours=20)): [facts[1]],
        BucketKey("other", "summary", HOUR): [facts[3]],
    }
    assert all(segment["bucket"] == bucket.text for bucket, segment in stored.items())


def test_facts_of_all_kinds_are_read_back_as_they_were() -> None:
    seen = observation(1, confidence=0.4, output="yes", user="ann")
    word = score_of(joined(1, 0.5, tags=("a", "b")), NOW)
    ((_, of_seen),), ((_, of_word),) = SEEN.of(filed([seen]), NOW), SAID.of(filed([word]), NOW)
    assert (SEEN.facts_in(of_seen), SAID.facts_in(of_word)) == ([seen], [word])


def test_no_segment_holds_more_than_it_may() -> None:
    facts = [hit(number) for number in range(2 * MOST + 1)]
    segments = [segment for _, segment in REPEATED.of(filed(facts), NOW)]
    assert [segment["n"] for segment in segments] == [MOST, MOST, 1]
    assert [fact for segment in segments for fact in REPEATED.facts_in(segment)] == facts


def test_what_comes_again_together_is_the_same_segment_and_in_other_company_another() -> None:
    def ids(*numbers: int, tenant: str = "acme") -> list[bytes]:
        return [segment["_id"] for _, segment in REPEATED.of(filed(hit(n, tenant=tenant) for n in numbers), NOW)]

    assert ids(1, 2) == ids(1, 2)
    assert len({*ids(1, 2), *ids(1), *ids(1, 2, 3), *ids(1, 2, tenant="other")}) == 4


def test_of_what_lies_there_twice_the_first_counts() -> None:
    first, again = observation(1), observation(1, seen_at=NOW + timedelta(minutes=5))
    seen: set[bytes] = set()
    assert list(SEEN.once([first, observation(2), again], seen)) == [first, observation(2)]
    assert not list(SEEN.once([again], seen))


def test_a_person_is_replaced_wherever_he_stands() -> None:
    ann, bob = observation(1, user="ann", unit="ann"), observation(2, user="bob", unit="bob")
    ((_, segment),) = SEEN.of(filed([ann, bob]), NOW)
    facts, changed = SEEN.with_replaced(segment, ("unit", "user"), ann.user, "nobody")
    assert [(seen.unit, seen.user) for seen in changed] == [("nobody", "nobody")]
    assert SEEN.facts_in({"facts": facts}) == [changed[0], bob]
    assert SEEN.with_replaced({"facts": facts}, ("unit", "user"), ann.user, "x") == (facts, [])
    told = {"facts": b"as it is stored"}
    assert SEEN.with_replaced(told, ("unit", "user"), ann.user, "x") == (told["facts"], [])  # it is not even read
