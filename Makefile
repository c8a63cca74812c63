# Every target works where only Python >= 3.11 and make exist: the environment is made on first use.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(if $(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print(1)' 2>/dev/null),$(p))))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LORA_VENV := .venv-lora
LORA_STAMP := $(LORA_VENV)/.installed
LOCAL_STAMP := $(VENV)/.installed-local
MEMBERS := $(sort $(dir $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)))
UV_VERSION := 0.13.9
ONLY ?=
WORKERS ?= 2
# Where nothing compiled may be kept, each of the many processes that are started here compiles all of it again: 3 s.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-kafka lint types bench bench-gateway bench-routing replay token lock schemas release-schemas env-example routes dashboards clean test-imitations test-lora install-local test-local

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## make .venv with everything in it, pinned by hash

$(STAMP): requirements.lock pyproject.toml $(addsuffix pyproject.toml,$(MEMBERS))
	@test -n "$(PYTHON)" || { echo "Ratchet needs Python 3.11 or newer, and none was found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(foreach m,$(MEMBERS),-e $(m))
	@touch $@

install-local: $(LOCAL_STAMP)  ## and what an embedding model on this machine needs, pinned by hash: 150 MB

$(LOCAL_STAMP): requirements-local.lock $(STAMP)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements-local.lock
	@touch $@

demo: $(STAMP)  ## watch the loop turn once, on real requests (arguments: ARGS="--shuffle-labels")
	$(BIN)/ratchet demo $(ARGS)

up: $(STAMP)  ## the whole product on this machine, on http://127.0.0.1:8080 (arguments: ARGS="--port 9000")
	$(BIN)/ratchet up $(ARGS)

test: $(STAMP)  ## every test that needs neither Java, Node nor Docker
	$(BIN)/pytest -m "not kafka and not imitations and not lora and not local" -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-kafka: $(STAMP)  ## what goes over the bus once more, and the short crash test, on a real Apache Kafka (needs Java 17 and Maven)
	@$(BIN)/python -m tests.kafka.rig
	RATCHET_TEST_BUS=kafka $(BIN)/pytest tests/integration tests/kafka tests/crash -m "kafka or not slow" -n 2 --dist loadfile $(ARGS)

test-imitations: $(STAMP)  ## the router before imitations of all providers, which others wrote (needs Node 20 and npm)
	@$(BIN)/python -m tests.imitations.rig
	$(BIN)/pytest tests/imitations -m imitations -n 4 --dist load $(ARGS)

$(LORA_STAMP): requirements-lora.lock libs/tuner/pyproject.toml | $(STAMP)
	$(PYTHON) -m venv $(LORA_VENV)
	VIRTUAL_ENV=$(LORA_VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements-lora.lock
	VIRTUAL_ENV=$(LORA_VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e libs/tuner/
	@touch $@

test-lora: $(LORA_STAMP)  ## tune a tiny model end to end, on the CPU (makes .venv-lora with PyTorch: 6 GB)
	RATCHET_LORA_PYTHON=$(abspath $(LORA_VENV))/bin/python $(BIN)/pytest tests/lora -m lora -p no:xdist $(ARGS)

test-local: $(LOCAL_STAMP)  ## search by the vectors of a tiny model on this machine (installs what that needs)
	$(BIN)/pytest tests/local -m local -p no:xdist $(ARGS)

lint: $(STAMP)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy libs services tests

bench: $(STAMP)  ## measure what the product promises; ONLY=<name> runs one; writes build/bench.json
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

bench-gateway: $(STAMP)  ## the router beside its peers, on one core (Java, Maven, Node); writes build/bench-gateway.json; ARGS="--long"
	$(BIN)/python -m tests.bench.gateway $(ARGS)

bench-routing: $(STAMP)  ## who needs the strong model? APGR, CPT, score against price, on the public data; writes build/routing.json, .svg
	$(BIN)/python -m tests.bench --only routing $(ARGS)

replay: $(STAMP)  ## send dead letters again (arguments: ARGS="--topic predictions")
	$(BIN)/ratchet replay $(ARGS)

token: $(STAMP)  ## a bearer token for docker compose, shown once (arguments: ARGS="--tenant acme")
	@mkdir -p deploy/secrets
	@$(BIN)/ratchet token create --tenant local --tokens-file deploy/secrets/tokens.json $(ARGS)
	@chmod 644 deploy/secrets/tokens.json  # hashes only; the services' user in the containers reads it

env-example: $(STAMP)  ## write .env.example anew from the settings
	$(BIN)/python -m ratchet_cli.env_example

routes: $(STAMP)  ## write the gateway's routes anew from the path table
	$(BIN)/python deploy/routes.py

dashboards: $(STAMP)  ## write Grafana's dashboards and Prometheus' rules anew from what they show and what is alarming
	$(BIN)/python deploy/dashboards.py

schemas: $(STAMP)  ## write the events' JSON Schemas anew
	$(BIN)/python -m ratchet_common.schema_files

release-schemas: $(STAMP)  ## take the events' JSON Schemas as released: later ones may add to them and break nothing
	$(BIN)/python -m ratchet_common.schema_files --release

lock: $(STAMP)  ## resolve the dependencies anew into requirements.lock, requirements-lora.lock and requirements-local.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev \
		$(addsuffix pyproject.toml,$(MEMBERS)) $(foreach m,$(MEMBERS),--no-emit-package ratchet-$(notdir $(patsubst %/,%,$(m)))) \
		--output-file requirements.lock $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group lora \
		--extra gpu libs/tuner/pyproject.toml --output-file requirements-lora.lock $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group local \
		--extra local libs/providers/pyproject.toml --constraint requirements.lock \
		$(foreach m,$(MEMBERS),--no-emit-package ratchet-$(notdir $(patsubst %/,%,$(m)))) \
		--output-file requirements-local.lock $(ARGS)

clean:  ## remove what was built here, the environment too
	rm -rf $(VENV) $(LORA_VENV) build .pytest_cache .mypy_cache .ruff_cache
