"""A provider's invoice beside what was recorded: where they differ, and why."""
