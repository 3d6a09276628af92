# The same words here and in .ci/run: run · test · check · bench · long
PY ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: run test check bench long lock clean

run: .setup/run
	tramita up $(if $(PORT),--port $(PORT))

test: .setup/dev tests/modeler/node_modules/.ok .setup/clamd
	pytest -n 2 --dist worksteal

check: .setup/dev
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	deptry .

bench: .setup/dev
	python -m benchmarks

long: .setup/dev
	pytest -n 2 --dist worksteal -m long

# Hashes, no host names: see CONTRIBUTING.md.
lock: .setup/dev
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .setup tests/modeler/node_modules

.setup/venv: requirements-uv.lock
	$(PY) -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
	pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	mkdir -p .setup && touch $@

# A machine that has the development set-up can run the product too; `make run` alone installs less.
.setup/run: requirements.lock pyproject.toml .setup/venv
	test -e .setup/dev || uv pip sync -q --require-hashes requirements.lock
	uv pip install -q --no-deps -e .
	touch $@

.setup/dev: requirements-dev.lock pyproject.toml .setup/venv
	uv pip sync -q --require-hashes requirements-dev.lock
	uv pip install -q --no-deps -e .
	touch $@ && touch .setup/run

# Debian's ClamAV daemon, unpacked and not installed, for the tests of the scanner: 7 MB, and no root is needed.
# Where it cannot be had, those tests are skipped and say so.
.setup/clamd: | .setup/venv
	test -x /usr/sbin/clamd || { rm -rf $@.new && mkdir $@.new && cd $@.new && \
	apt-get download -qq $$(apt-get -s -q install --no-install-recommends clamav-daemon | \
	awk '/^Inst (lib|clamav-daemon )/ { print $$2 }') && \
	for each in *.deb; do dpkg -x $$each . && rm $$each || exit 1; done && mv ../clamd.new ../clamd; } 2>/dev/null || \
	echo "no clamd: its tests will be skipped (apt-get update, if this is Debian)" >&2

tests/modeler/node_modules/.ok: tests/modeler/package-lock.json .setup/dev
	cd tests/modeler && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.ok
