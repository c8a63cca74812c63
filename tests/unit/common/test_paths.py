from itertools import permutations

import pytest

from ratchet_common.paths import PREFIXES, service_of

EVERY = [(service, prefix) for service, prefixes in PREFIXES.items() for prefix in prefixes]


@pytest.mark.parametrize(("service", "prefix"), EVERY)
def test_a_prefix_and_what_lies_below_it_belong_to_its_service(service: str, prefix: str) -> None:
    assert service_of(prefix) == service_of(f"{prefix}/x/y") == service


@pytest.mark.parametrize("path", ["/", "", "/api", "/api/models", "/api/models/feedbacks", "/v10", "/healthz"])
def test_a_prefix_ends_with_a_segment(path: str) -> None:
    assert service_of(path) is None


def test_no_prefix_lies_below_another_ones() -> None:
    assert not [(a, b) for (_, a), (_, b) in permutations(EVERY, 2) if b == a or b.startswith(a + "/")]
