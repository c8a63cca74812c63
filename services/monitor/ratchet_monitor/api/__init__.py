"""HTTP in: requests become use cases, nothing is decided here."""
