# One word for each thing. `make dry-run` and `make test` work on a bare machine: python3 >= 3.11
# with venv and pip, and make. Nothing is installed outside .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SEED ?= 1
MUTANTS ?= 400
SECONDS ?= 60
KILLS ?= 1000
BYTES ?= 10000000
WORKERS ?= auto
SEEDS ?= 20000
START ?= 0
REPETITIONS ?= 20
CORES ?= 2
EMBEDDED ?=

.PHONY: help dry-run test check lint types architecture generated bench model sim defects mutants wire fuzz prove test-embedded safety recalls clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.core: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mesogun needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V). Try: make PYTHON=python3.11 ..."; exit 2; }
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -e '.[mesh]'
	@touch $@

$(VENV)/.test: $(VENV)/.core
	@echo "installing what the tests need into .venv (once)"
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.test
	@$(PIP) -e '.[test,check]'
	@touch $@

$(VENV)/.bench: $(VENV)/.core
	@$(PIP) -e '.[bench]'
	@touch $@

$(VENV)/.mutation: $(VENV)/.test
	@$(PIP) -e '.[test,mutation]'
	@touch $@

dry-run: $(VENV)/.core ## set up, then plan, verify and dry-run the face example on the simulated pistol
	@$(BIN)/mesogun dry-run examples/face.toml --seed $(SEED)

test: $(VENV)/.test ## set up and run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) -q

check: lint types architecture generated test ## everything that a change must pass

lint: $(VENV)/.check ## style and common mistakes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.check ## mypy --strict
	@$(BIN)/mypy

architecture: $(VENV)/.check ## which room may import which
	@$(BIN)/lint-imports

generated: $(VENV)/.check ## generated files are fresh
	@$(BIN)/python -m firmware_protocol.generator --check
	@$(BIN)/python -m mesogun.intake.schemas --check
	@$(BIN)/python -m mesogun.intake.catalogue_page --check
	@$(BIN)/python -m mesogun.intake.parsing --check
	@$(BIN)/python -m tests.safety --check

bench: $(VENV)/.bench ## speed, as ratios to what a user would use instead
	@$(BIN)/python -m benchmarks

model: $(VENV)/.core ## explore the models of shots and arming in their larger bounds (minutes)
	@$(BIN)/python -m tests.model

mutants: $(VENV)/.mutation ## how many small mistakes in the planner do its tests notice? (half an hour)
	@$(BIN)/python -m tests.mutation --sample $(MUTANTS)

wire: $(VENV)/.test ## BYTES (10,000,000) damaged bytes through both deframers: no wrong frame may come out
	@$(BIN)/python -m tests.firmware_protocol.wire_campaign --bytes $(BYTES) --seed $(SEED)

# Wheels of atheris are for some systems only; what is not fuzzed with it says so.
$(VENV)/.fuzz: $(VENV)/.test
	@$(PIP) -e '.[test,fuzz]' && touch $@ || echo "atheris could not be installed"

fuzz: $(VENV)/.fuzz ## fuzz the codecs for SECONDS (60) each, Python's and the C core; 3 if clang is missing
	@$(BIN)/python -m tests.firmware_protocol.fuzz_python --seconds $(SECONDS) --seed $(SEED)
	@$(BIN)/python -m tests.firmware_protocol.fuzz_atheris -max_total_time=$(SECONDS) || test $$? -eq 3
	@firmware_protocol/c/fuzz/run $(SECONDS)

prove: ## prove the C core's gate and frames with CBMC; needs cbmc, and exits with 3 without it
	@$(PYTHON) firmware_protocol/c/prove/run.py

sim: $(VENV)/.test ## play SEEDS sessions by seed (START, CORES) against faults of every kind; 1: an oracle was violated
	@$(BIN)/python -m tests.simulation.campaign --seeds $(SEEDS) --start $(START) --workers $(CORES) --table

defects: $(VENV)/.test ## how many seeds does each seeded mistake take to be found? (REPETITIONS, CORES)
	@$(BIN)/python -m tests.simulation.defects --repetitions $(REPETITIONS) --workers $(CORES)

# A missing unicorn is told by the target itself, so its set-up may fail.
$(VENV)/.embedded: $(VENV)/.test
	@$(PIP) -e '.[test,embedded]' && touch $@ || echo "unicorn could not be installed"

test-embedded: $(VENV)/.embedded ## the core as a Cortex-M3 program: the suite in Unicorn and QEMU; 3 if a tool is missing
	@$(BIN)/python -m tests.embedded $(EMBEDDED)

kills: $(VENV)/.test ## kill `mesogun run` KILLS (1000) times for real and compare what was given (a quarter of an hour)
	@$(BIN)/python -m tests.simulation.kills --kills $(KILLS)

safety: $(VENV)/.test ## run what the safety requirements name, capture it, and write their page (minutes)
	@$(BIN)/python -m tests.safety --run --anew

recalls: $(VENV)/.test ## play what happened to other devices against this one
	@$(BIN)/python -m pytest tests/recall -v

clean: ## remove .venv, caches and output
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
