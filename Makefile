# Everything a person does here: make run, make test, make check, make bench.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# torch comes in several builds, so its version is pinned and its build chosen here: a machine without an NVIDIA
# device takes the CPU build where its package index has one. TORCH_INDEX names an extra index to look in.
TORCH := 2.13.0
TORCHVISION := 0.28.0
TORCH_INDEX ?=
NVIDIA := $(wildcard /dev/nvidia0)
INDEX_FLAG := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.PHONY: run test check bench compare format lock clean help

run: $(VENV)/.ready  ## set up once, then start Atelier: the service, the web chat and every bot whose token is set
	@exec $(BIN)/atelier run

test: $(VENV)/.ready-dev  ## set up once, then run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/.ready-dev  ## lint, format, types and the layer rule
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.ready-dev  ## measure the service against the bare pipeline, and a chat from photo to reply
	@$(BIN)/python -m tests.benchmarks $(ARGS)

compare: $(VENV)/.ready-dev  ## our generator beside the published ones, in tables; ARGS=--packs for every shipped pack
	@$(BIN)/python -m tests.benchmarks.generators $(ARGS)

format: $(VENV)/.ready-dev  ## let ruff write the code's format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(VENV)/.ready-dev  ## resolve the pinned versions anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-package torch --no-emit-package torchvision --generate-hashes --no-annotate --no-header \
	  --override deploy/lock/torch.override --extra inference --extra video --extra slack --extra openvino pyproject.toml deploy/lock/torch.in -o deploy/lock/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-package torch --no-emit-package torchvision --generate-hashes --no-annotate --no-header \
	  --override deploy/lock/torch.override --extra inference --extra video --extra slack --extra openvino --extra train --extra dev pyproject.toml deploy/lock/torch.in -c deploy/lock/run.txt -o deploy/lock/dev.txt
	@PATH=$(CURDIR)/$(BIN):$$PATH sh deploy/docker/lock.sh

clean:  ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

$(VENV)/.ready: pyproject.toml deploy/lock/run.txt Makefile
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "make: python3 cannot make an environment here; on Debian, install python3-venv"; exit 2; }
	@echo "Setting up in $(VENV) (once; a few minutes) …"
	@$(PIP) install --require-hashes -r deploy/lock/run.txt
	@$(if $(NVIDIA),,$(PIP) install $(INDEX_FLAG) "torch==$(TORCH)+cpu" 2>/dev/null ||) \
	  { $(if $(NVIDIA),,echo "No CPU build of torch in this index: taking the default one (TORCH_INDEX=… names another)" ;) \
	    $(PIP) install $(INDEX_FLAG) "torch==$(TORCH)"; }
	@$(if $(NVIDIA),,$(PIP) install --no-deps $(INDEX_FLAG) "torchvision==$(TORCHVISION)+cpu" 2>/dev/null ||) \
	  $(PIP) install --no-deps $(INDEX_FLAG) "torchvision==$(TORCHVISION)"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready deploy/lock/dev.txt
	@$(PIP) install --require-hashes -r deploy/lock/dev.txt
	@touch $@
