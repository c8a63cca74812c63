"""How long a test waits for what has to happen, before it calls it missing. Waiting costs nothing where it happens; how
fast a machine is decides no test. pytest's own limit, in pyproject.toml, is longer."""

PATIENCE_S = 600.0

SHORT_SESSION_MS = 2_000
"""Of a reader on the embedded broker, which lets nobody into a group for half of it: each start waits for that."""
