"""How long work rests for the requests."""

from ratchet_monitor.pace import MANY, QUIET_S, REST, REST_WITHOUT_REQUESTS, Requests


def test_work_rests_longer_while_somebody_is_answered_and_a_moment_afterwards() -> None:
    requests = Requests()
    assert requests.rest(0) == REST_WITHOUT_REQUESTS
    requests.begin()
    requests.begin()
    requests.end(10)
    assert requests.rest(10 + 2 * QUIET_S) == REST  # the other one goes on
    requests.end(20)
    assert requests.rest(20 + QUIET_S / 2) == REST
    assert requests.rest(20 + QUIET_S) == REST_WITHOUT_REQUESTS


def test_work_rests_longer_while_events_come_in_numbers() -> None:
    requests = Requests()
    requests.came(MANY - 1, 10)
    assert requests.rest(10) == REST_WITHOUT_REQUESTS
    requests.came(MANY, 10)
    assert requests.rest(10 + QUIET_S / 2) == REST
    assert requests.rest(10 + QUIET_S) == REST_WITHOUT_REQUESTS
