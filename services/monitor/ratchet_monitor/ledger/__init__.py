"""What was spent, by model, user, document and more: sums beside the buckets, that performance does not read."""
