from decimal import Decimal

from ratchet_common.limits import Limits
from ratchet_router.limits.allowances import Measure
from ratchet_router.limits.file import LimitsFile, Scheme
from ratchet_router.limits.subjects import IDLE_S, Subjects, Who
from tests.unit.router.limits_store import DAY, NOW

LIMITS = Limits(day_usd=Decimal(1))
EACH_USER = LimitsFile(Scheme(each_user=LIMITS))


def who(user: str | None = None, **how: object) -> Who:
    return Who(tenant="acme", key="k" * 64, user=user, **how)  # type: ignore[arg-type]


def test_nobody_is_limited_without_limits() -> None:
    assert Subjects(LimitsFile(), most=10).slices(who("ann"), NOW) == []


def test_tenant_key_and_user_bind_together() -> None:
    file = LimitsFile(Scheme(tenant=LIMITS, each_key=Limits(requests_per_minute=5), each_user=LIMITS))
    found = Subjects(file, most=10).slices(who("ann"), NOW)
    assert [(one.allowance.subject, one.allowance.measure) for one in found] == [
        ("tenant", Measure.COST),
        ("key", Measure.REQUESTS),
        ("user", Measure.COST),
    ]


def test_a_tenants_slices_are_shared_by_its_users_and_no_others() -> None:
    subjects = Subjects(LimitsFile(Scheme(tenant=LIMITS)), most=10)
    ann, bob = subjects.slices(who("ann"), NOW), subjects.slices(who("bob"), NOW)
    other = subjects.slices(Who(tenant="other", key="k"), NOW)
    assert ann[0] is bob[0]
    assert ann[0] is not other[0]


def test_a_key_with_limits_of_its_own_has_no_others() -> None:
    file = LimitsFile(Scheme(each_key=LIMITS))
    (one,) = Subjects(file, most=10).slices(who(key_limits=Limits(tokens_per_minute=7)), NOW)
    assert one.allowance.limit == 7


def test_people_have_no_name_in_the_store() -> None:
    subjects = Subjects(EACH_USER, most=10)
    (ann,) = subjects.slices(who("ann@example.org"), NOW)
    (of_other,) = subjects.slices(Who(tenant="other", key="k", user="ann@example.org"), NOW)
    assert "ann" not in ann.allowance.key
    assert ann.allowance.key.split("|")[1] != of_other.allowance.key.split("|")[1]


def test_a_new_day_has_a_new_slice_and_a_rate_keeps_its_own() -> None:
    subjects = Subjects(LimitsFile(Scheme(tenant=Limits(day_usd=Decimal(1), requests_per_minute=5))), most=10)
    before = {one.allowance.period: one for one in subjects.slices(who(), NOW)}
    after = {one.allowance.period: one for one in subjects.slices(who(), NOW + DAY)}
    assert before["minute"] is after["minute"]
    assert before["day"].allowance.key != after["day"].allowance.key
    assert subjects.left_behind() == [before["day"]]


def test_only_so_many_are_kept_and_the_oldest_go_first() -> None:
    subjects = Subjects(EACH_USER, most=3)
    (ann,) = subjects.slices(who("ann"), NOW)
    (bob,) = subjects.slices(who("bob"), NOW)
    for user in ("ann", "cyd", "dan"):
        subjects.slices(who(user), NOW)
    assert len(subjects) == 3
    assert subjects.left_behind() == [bob]
    assert subjects.slices(who("ann"), NOW) == [ann]


def test_whoever_waits_for_an_answer_stays() -> None:
    subjects = Subjects(EACH_USER, most=2)
    (ann,) = subjects.slices(who("ann"), NOW)
    ann.reserve(0)
    for user in ("bob", "cyd", "dan"):
        subjects.slices(who(user), NOW)
    assert subjects.slices(who("ann"), NOW) == [ann]


def test_who_asks_for_nothing_is_left_after_a_while() -> None:
    subjects = Subjects(EACH_USER, most=10)
    (ann,) = subjects.slices(who("ann"), NOW)
    (bob,) = subjects.slices(who("bob"), NOW + IDLE_S)
    subjects.leave_idle(NOW + IDLE_S)
    assert subjects.left_behind() == [ann]
    assert subjects.slices(who("bob"), NOW + IDLE_S) == [bob]


def test_who_only_waits_for_a_long_answer_hoards_nothing() -> None:
    subjects = Subjects(EACH_USER, most=10)
    (ann,) = subjects.slices(who("ann"), NOW)
    ann.grant(100, 0)
    ann.reserve(10)
    assert subjects.hoarded(NOW + IDLE_S) == [ann]
    subjects.leave_idle(NOW + IDLE_S)
    assert subjects.left_behind() == []


def test_other_limits_hold_from_the_next_request_on() -> None:
    subjects = Subjects(EACH_USER, most=10)
    (before,) = subjects.slices(who("ann"), NOW)
    subjects.use(LimitsFile(Scheme(each_user=Limits(day_usd=Decimal(2)))))
    (after,) = subjects.slices(who("ann"), NOW)
    assert after.allowance.limit == 2 * before.allowance.limit
    assert after.allowance.key == before.allowance.key
