"""PDF: letters with their places become lines, and lines become headings, paragraphs, lists and tables."""
