"""Pictures of plots, as SVG and PNG, by vl-convert: in this process, without a browser and without the network.

The first one starts an engine that stays: about half a second, and 100 MB.
"""

from typing import Final

import vl_convert

from ratchet_reports.plots.plot import Plot
from ratchet_reports.plots.vega import VERSION, spec_of

NOWHERE: Final[list[str]] = []  # addresses that data may be fetched from
SCALE: Final = 2.0  # pixels of a PNG to one of the plot


def svg_of(plot: Plot) -> str:
    """The same plot is the same text. Of a plot that `taken` has let through; it has no script and no address."""
    return vl_convert.vegalite_to_svg(spec_of(plot), vl_version=VERSION, allowed_base_urls=NOWHERE)


def png_of(plot: Plot) -> bytes:
    return vl_convert.vegalite_to_png(spec_of(plot), vl_version=VERSION, scale=SCALE, allowed_base_urls=NOWHERE)
