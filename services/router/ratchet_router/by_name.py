"""A model that the caller named, and who is asked in its place where it does not answer or cannot. Pure."""

from ratchet_catalogue.catalogue import Catalogue, Model
from ratchet_router.planned import ALONE, Named
from ratchet_router.routing import NoModelFitsError, Ranking, Wanted, named, unable


def by_name(model: Model, wanted: Wanted, window: int, catalogue: Catalogue) -> tuple[Ranking, Named]:
    """`window`: tokens that it must hold for certain. Raises NoModelFitsError."""
    others = _in_its_place(model, wanted, catalogue)
    try:
        return named(model, wanted, window), others
    except NoModelFitsError as error:
        longer: tuple[Model, ...] = ()
        if window > model.context_window:
            longer = _able(model.fallbacks_when.get("too_long", ()), wanted, catalogue)
        first = (*longer, *(one for one in others.usual if one not in longer))
        if not first:
            raise
        reasons = (error.detail, f"So {first[0].name} is asked, as {model.name} falls back on it.")
        return Ranking(first, (), reasons), Named(spare=others.spare)


def _in_its_place(model: Model, wanted: Wanted, catalogue: Catalogue) -> Named:
    """Those of its fallbacks that could do the request."""
    if not (model.fallbacks or model.fallbacks_when):
        return ALONE
    usual = _able(model.fallbacks, wanted, catalogue)
    listed = [name for one in (model, *usual) for names in one.fallbacks_when.values() for name in names]
    return Named(usual, _able(tuple(dict.fromkeys(listed)), wanted, catalogue))


def _able(names: tuple[str, ...], wanted: Wanted, catalogue: Catalogue) -> tuple[Model, ...]:
    """Who is not there is none of the tenant's models."""
    there = (model for name in names if (model := catalogue.models.get(name)) is not None)
    return tuple(model for model in there if not unable(model, wanted))
