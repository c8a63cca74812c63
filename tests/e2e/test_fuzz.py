"""Every endpoint of the OpenAPI document, with what nobody would send: no 5xx that the document does not state."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.e2e.conftest import Product

EXAMPLES = 12  # an endpoint
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.mark.slow
def test_every_endpoint_keeps_to_its_document(product: Product) -> None:
    load_all_checks()
    checks: list[Any] = [CHECKS.get_one(name) for name in NAMES]
    schema = schemathesis.openapi.from_url(f"{product.url}/openapi.json")
    found: list[Any] = list(schema.get_all_operations())
    operations = [operation.ok() for operation in found]
    assert len(operations) > 30
    broken = [sentence for operation in operations if (sentence := _broken(operation, product, checks))]
    assert not broken, "\n\n".join(broken)


def _broken(operation: Any, product: Product, checks: list[Any]) -> str:
    """What an endpoint did that its document does not say; empty if nothing."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def fuzzed(case: Any) -> None:
        headers = {"Authorization": f"Bearer {product.token}"}
        case.call_and_validate(headers=headers, checks=checks, timeout=30)

    try:
        fuzzed()
    except (AssertionError, ExceptionGroup) as error:
        return f"{operation.label}: {error}"[:2000]
    return ""
