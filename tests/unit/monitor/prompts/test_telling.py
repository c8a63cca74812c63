"""What is told of several groups of places at once is what each would tell alone."""

import pytest

from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.telling import told_by
from ratchet_monitor.prompts.uses import Part, Uses
from tests.unit.monitor.prompts.make import Made, uses


def document(place: Place) -> str:
    return place.document_type


def test_each_group_is_told_as_if_it_stood_alone() -> None:
    parts = (
        Made("short_v1", 40, 8, 0.8, "email"),
        Made("short_v1", 12, 2, 0.3, "contract"),
        Made("short_v1", 3, 0, 0.3, "email", cached=True),
        Made("short_v1", 3, 0, 0.3, "memo", cached=True),
    )
    whole = uses(*parts)["short_v1"]
    found = told_by(whole, document)
    assert set(found) == {"email", "contract", "memo"}
    (part,) = whole.parts
    for name in ("email", "contract"):
        places = {place: rows for place, rows in part.places.items() if document(place) == name}
        alone = Uses([Part(part.counted, places)])
        assert alone.quality
        assert found[name].answers == alone.answers
        assert found[name].quality == pytest.approx(alone.quality)
    assert (found["memo"].answers, found["memo"].quality) == (0, None)


def test_of_nothing_nothing_is_told() -> None:
    assert told_by(Uses(), document) == {}
