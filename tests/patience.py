"""How long a test waits for what has to happen, before it calls it missing. Waiting costs nothing where it happens; how
fast a machine is decides no test. pytest's own limit, in pyproject.toml, is longer."""

PATIENCE_S = 600.0

SHORT_SESSION_MS = 5_000
"""Of a reader on the embedded broker, which lets nobody into a group for half of it: each start waits for that. No
shorter: a busy machine keeps a reader silent for seconds, and who is put out of its group reads anew."""
