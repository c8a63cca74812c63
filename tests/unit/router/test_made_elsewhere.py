from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.catalogue import Model
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_common.events import BASE_VERSION, Usage
from ratchet_router.made_elsewhere import MadeElsewhere, told
from ratchet_router.settings import RouterSettings

LIMIT = 100_000
AT = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    return dict(read_catalogue(RouterSettings.model_fields["catalogue"].default).models)


def made(**changes: Any) -> MadeElsewhere:
    messages = msgspec.Raw(msgspec.json.encode([{"role": "user", "name": "document", "content": "Send it."}]))
    given: dict[str, Any] = {
        "tenant": "acme",
        "task_type": "classification",
        "model": "ours",
        "answered_at": AT,
        "messages": messages,
        "output": "request",
    }
    return MadeElsewhere(**given | changes)


def test_it_becomes_an_answer_of_base_as_routed_ones_are(models: dict[str, Model]) -> None:
    event = told(
        made(session="s", user="u", document_id="memo", reference="status", confidence=0.4), models, LIMIT
    ).event
    assert (event.version_id, event.outcome, event.decision.assigned_by) == (BASE_VERSION, "ok", "routed")
    assert event.document == "memo"
    assert (event.occurred_at, event.unit, event.output, event.reference) == (AT, "s", "request", "status")
    assert (event.confidence, float(event.cost_usd), float(event.premium_cost_usd)) == (0.4, 0.0, 0.0)


def test_one_that_the_caller_names_is_the_same_each_time_and_another_for_another_tenant(
    models: dict[str, Model],
) -> None:
    one, same = (told(made(external_id="mail-1"), models, LIMIT).event for _ in range(2))
    assert (one.result_id, one.event_id) == (same.result_id, same.event_id)
    other = told(made(external_id="mail-1", tenant="other"), models, LIMIT).event
    assert other.result_id != one.result_id
    assert told(made(), models, LIMIT).event.result_id != told(made(), models, LIMIT).event.result_id


def test_what_is_told_again_under_a_key_is_the_same_though_nobody_knows_how_it_ended(models: dict[str, Model]) -> None:
    one, same = (told(made(told_under="0a"), models, LIMIT).event for _ in range(2))
    assert (one.result_id, one.event_id) == (same.result_id, same.event_id)
    others = [made(told_under="0b"), made(told_under="0a", tenant="other"), made(told_under="0a", external_id="0a")]
    assert one.result_id not in {told(other, models, LIMIT).event.result_id for other in others}


def test_a_cost_that_is_given_counts_else_the_catalogues_prices_else_none(models: dict[str, Model]) -> None:
    name, model = next((name, model) for name, model in models.items() if model.prices.input)
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    priced = told(made(model=name, usage=usage), models, LIMIT)
    assert (priced.cost_from, priced.event.cost_usd, priced.event.tier) == ("catalogue", model.prices.input, model.tier)
    given = told(made(model=name, usage=usage, cost_usd=Decimal("0.25")), models, LIMIT)
    assert (given.cost_from, given.event.cost_usd) == ("given", Decimal("0.25"))
    assert told(made(usage=usage), models, LIMIT).cost_from == "unknown"


def test_what_was_used_is_estimated_where_nobody_said(models: dict[str, Model]) -> None:
    usage = told(made(), models, LIMIT).event.usage
    assert usage.estimated
    assert usage.input_tokens > 0


def test_texts_that_are_too_large_to_travel_are_left_out_and_it_is_said(models: dict[str, Model]) -> None:
    event = told(made(output="x" * LIMIT), models, LIMIT).event
    assert (event.text_omitted, event.output) == ("too_large", None)
