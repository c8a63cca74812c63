"""Reports for an analyst: asked for over HTTP, made step by step by workers, kept with their pages."""
