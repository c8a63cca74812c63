"""Reports of a day, week, month or quarter: what a person should look at, in that rhythm."""
