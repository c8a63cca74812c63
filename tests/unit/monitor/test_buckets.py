import random
from decimal import Decimal

from ratchet_monitor.buckets import MAX_CELLS, OTHERS, Build, Cell, Contents, Tally
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Scored
from tests.unit.monitor.make import observation, result_id


def built(
    observations: list[Observation], scores: dict[int, float] | None = None, hits: dict[int, int] | None = None
) -> tuple[Cell, ...]:
    scored = {result_id(n): Scored(round(score * 1e6), 2, 1) for n, score in (scores or {}).items()}
    build = Build(scored, {result_id(n): count for n, count in (hits or {}).items()})
    for one in observations:
        build.add(one)
    return build.cells()


def test_a_cell_sums_what_is_alike() -> None:
    (cell,) = built(
        [
            observation(1, confidence=0.9, has_document=True),
            observation(2, outcome="failed", latency_ms=30_000.0, cost_usd=Decimal(0)),
            observation(3, outcome="cancelled"),
        ],
        scores={1: 0.5},
    )
    tally = cell.tally
    assert (tally.predictions, tally.failed, tally.cancelled, tally.answered) == (3, 1, 1, 1)
    assert (tally.cost, tally.documents, tally.document_cost) == (4_000_000, 1, 2_000_000)
    assert (tally.latency, sum(tally.latencies.values())) == (200_000, 1)
    assert (tally.scored, tally.score, tally.calibration) == (1, 500_000, {9: (1, 900_000, 500_000)})


def test_what_differs_in_kind_lies_in_cells_of_its_own() -> None:
    cells = built([observation(1), observation(2, version_id="summary-1"), observation(3, cached_from=result_id(1))])
    assert len(cells) == 3


def test_a_cache_hit_is_never_scored() -> None:
    (cell,) = built([observation(1, cached_from=result_id(9), has_document=True)], scores={1: 1.0})
    assert (cell.tally.scored, cell.tally.documents, cell.tally.predictions) == (0, 0, 1)


def test_hits_save_what_their_origin_cost() -> None:
    (cell,) = built([observation(1), observation(2)], hits={1: 3})
    assert (cell.tally.hits, cell.tally.caching_saved) == (3, 6_000_000)


def test_routing_saves_against_the_dearest_candidate_where_it_had_a_choice() -> None:
    dear = Decimal("0.01")
    cells = built(
        [
            observation(1, by="routed", premium_cost_usd=dear),
            observation(2, by="pinned", premium_cost_usd=dear),
            observation(3, by="routed", premium_cost_usd=dear, outcome="failed"),
            observation(4, by="routed"),
            observation(5, by="routed", premium_cost_usd=dear, cached_from=result_id(1)),
        ]
    )
    assert sum(cell.tally.routing_saved for cell in cells) == 8_000_000


def test_cells_do_not_depend_on_the_order() -> None:
    observations = [observation(n, latency_ms=n * 7.3, model=f"m{n % 3}", confidence=(n % 10) / 10) for n in range(60)]
    scores = {n: (n % 5) / 4 for n in range(0, 60, 2)}
    expected = built(observations, scores)
    random.Random(3).shuffle(observations)
    assert built(observations, scores) == expected


def test_kinds_beyond_the_limit_are_counted_as_one() -> None:
    observations = [observation(n, model=f"model-{n:04}") for n in range(MAX_CELLS + 50)]
    cells = built([*observations, observation(9999, model="model-0540")])
    assert len(cells) == MAX_CELLS + 1
    assert Contents(cells).predictions == MAX_CELLS + 51
    assert sum(cell.tally.predictions for cell in cells if cell.kind.model == OTHERS) == 50


def test_two_tallies_add_up_to_what_both_saw() -> None:
    observations = [observation(n, confidence=n / 40, latency_ms=n * 11.0) for n in range(40)]
    scores = dict.fromkeys(range(40), 0.5)
    halves, total = Tally(), Tally()
    for part in (observations[:13], observations[13:]):
        for cell in built(part, scores):
            halves.add(cell.tally)
    for cell in built(observations, scores):
        total.add(cell.tally)
    assert halves == total
