"""What is posted stands in the API's description."""

from fastapi import FastAPI

from ratchet_monitor.api.invoices import PATH, routes


def test_the_file_is_the_body_and_is_needed() -> None:
    app = FastAPI()
    app.include_router(routes)
    body = app.openapi()["paths"][PATH]["post"]["requestBody"]
    assert (list(body["content"]), body["required"]) == (["text/csv"], True)
