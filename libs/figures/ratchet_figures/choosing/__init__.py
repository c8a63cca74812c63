"""Which figures a question calls for: by rules, or as a model chose and validation lets pass. No pandas."""

from ratchet_figures.choosing.by_model import SCHEMA, CannotChooseError, chosen_by_model
from ratchet_figures.choosing.by_rules import chosen_by_rules
from ratchet_figures.choosing.request import Choice, Known, OfPrices, OfStatements

__all__ = [
    "SCHEMA",
    "CannotChooseError",
    "Choice",
    "Known",
    "OfPrices",
    "OfStatements",
    "chosen_by_model",
    "chosen_by_rules",
]
