"""Which model takes what, by its name."""

import pytest

from ratchet_providers.anthropic.dialect import ANTHROPICS, dialect_of


@pytest.mark.parametrize(
    ("model", "thinks", "samples", "continues", "structured", "forces", "rests"),
    [
        ("claude-3-5-haiku-latest", "never", True, True, False, True, "disabled"),
        ("claude-3-7-sonnet-20250219", "budget", True, True, False, True, "disabled"),
        ("anthropic.claude-opus-4-20250514-v1:0", "budget", True, True, False, True, "disabled"),
        ("claude-opus-4-1@20250805", "budget", True, True, False, True, "disabled"),
        ("claude-haiku-4-5-20251001", "budget", True, True, True, True, "disabled"),
        ("claude-sonnet-4.6", "adaptive", True, False, True, True, "disabled"),
        ("claude-opus-4-7", "adaptive", False, False, True, True, "disabled"),
        ("claude-opus-5", "adaptive", False, False, True, True, "disabled"),
        ("claude-opus-5-5", "adaptive", False, False, True, False, ""),
        ("claude-sonnet-5-5", "adaptive", False, False, True, False, "between_tools"),
        ("claude-haiku-5-5", "adaptive", False, False, True, True, "disabled"),
        ("claude-fable-5", "adaptive", False, False, True, True, ""),
        ("claude-mythos-5-1", "adaptive", False, False, True, False, ""),
    ],
)
def test_a_model_is_known_by_its_version(
    model: str, thinks: str, samples: bool, continues: bool, structured: bool, forces: bool, rests: str
) -> None:
    found = dialect_of(model)
    assert (found.thinks, found.samples, found.continues) == (thinks, samples, continues)
    assert (found.structured, found.forces, found.rests) == (structured, forces, rests)


def test_what_is_given_goes_before_and_other_makers_models_do_as_they_are_asked() -> None:
    assert dialect_of("claude-opus-5", continues=True).continues
    assert dialect_of("kimi-k2") == ANTHROPICS
