"""What a person should know of now: conditions, the alerts that they open and close, and who is told."""
