"""Pages of a report: one layout, and Markdown, HTML and PDF of it."""
