"""What may be spent in a month, and who is told when it will not do."""
