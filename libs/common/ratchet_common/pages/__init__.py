"""Reports as pages that need nothing beside them: HTML with plots in it, and Markdown."""
