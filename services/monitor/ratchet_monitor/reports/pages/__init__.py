"""A report as pages: the same tables as HTML with plots, and as Markdown."""
