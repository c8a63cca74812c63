"""Every endpoint of the OpenAPI document, with what nobody would send: no 5xx that the document does not state."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

from tests.e2e.conftest import Product

load_all_checks()


@pytest.fixture(scope="session")
def api(product: Product) -> Any:
    return schemathesis.openapi.from_url(f"{product.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("api")
CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.CHECKS.get_one("status_code_conformance"),
    schemathesis.checks.CHECKS.get_one("content_type_conformance"),
    schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
]


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_document_is_kept(case: Any, product: Product) -> None:
    headers = {"Authorization": f"Bearer {product.token}"}
    case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)
