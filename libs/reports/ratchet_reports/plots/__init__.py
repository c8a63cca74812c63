"""Plots of a report: what they show, as values; a Vega-Lite spec of each; and the picture of it."""
