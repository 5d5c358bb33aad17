# Every command of the workspace. `make help` lists them; all of them work with the output piped and without a terminal.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

CARGO_BIN := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export PATH := $(CARGO_BIN):$(PATH)

# In continuous integration a Cargo.lock that does not fit is an error; at a desk cargo brings it up to date.
LOCKED := $(if $(CI),--locked)

# It builds everything once; what speeds up a second build would only cost it time.
ifdef CI
export CARGO_INCREMENTAL := 0
endif

# Command, or file, and Debian package of what the tests call; cargo's own tools are further down.
DEBIAN_TOOLS := gcc:gcc gcc:libc6-dev git:git valgrind:valgrind valgrind:libc6-dbg strace:strace python3:python3 /usr/share/doc/python3-venv:python3-venv \
  javac:default-jdk-headless /usr/share/java/jna.jar:libjna-java chromium:chromium node:nodejs npm:npm

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# The steps run in this order; the summary of the test runner comes last.
.PHONY: test
test: tools lint header doctest ## Install what is missing, then check and test everything
	cargo nextest run --workspace --no-fail-fast $(LOCKED)

.PHONY: demo
demo: ## Play the pilot: a server, ten phones, cuts and kills; check every promise
	cargo run --quiet --package waymark $(LOCKED) -- demo

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all

.PHONY: lint
lint: ## Check the format, and let clippy read everything
	cargo fmt --all --check
	cargo clippy --workspace --all-targets $(LOCKED) -- -D warnings

.PHONY: soak
soak: tools ## Play what `make test` plays in part: 20,000 seeds, 500 on a disk, random calls of the C boundary
	WAYMARK_SIM_SEEDS=20000 WAYMARK_SIM_SQLITE_SEEDS=500 \
	  cargo nextest run --package tests --test sim_pure --test sim_sqlite --no-fail-fast $(LOCKED)
	WAYMARK_RANDOM_CALLS=200000 WAYMARK_VALGRIND_CALLS=4000 \
	  cargo nextest run --package tests --test suite --no-fail-fast $(LOCKED) -E 'test(random_calls_are_clean)'
	WAYMARK_ALONE_SEEDS=300 \
	  cargo nextest run --package server --lib --no-fail-fast $(LOCKED) -E 'test(whatever_one_admin_calls)'
	WAYMARK_SEED=$$(date +%s) \
	  cargo nextest run --package tests --test suite --no-fail-fast $(LOCKED) -E 'test(whatever_anybody_asks)'

.PHONY: doctest
doctest: ## Run the examples in the documentation
	cargo test --doc --workspace --quiet $(LOCKED)

.PHONY: header
header: ## Compare the checked-in C header, JSON Schemas and typed commands with the code
	cargo build --quiet --workspace --bins --tests $(LOCKED)
	@"$${CARGO_TARGET_DIR:-target}/debug/header" --check
	@"$${CARGO_TARGET_DIR:-target}/debug/schemas" --check
	@"$${CARGO_TARGET_DIR:-target}/debug/bindings" --check

.PHONY: doc
doc: ## Build the documentation of the crates
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps $(LOCKED)

.PHONY: clean
clean: ## Delete what was built
	cargo clean

# Tools: looked for, installed when missing, looked for again. A run without one of them ends with a sentence that names it.

.PHONY: tools
tools: tools-debian tools-cargo tools-node tools-python ## Install the tools the tests need

.PHONY: tools-debian
tools-debian:
	@missing=''; \
	for pair in $(DEBIAN_TOOLS); do \
	  command -v "$${pair%%:*}" >/dev/null || test -e "$${pair%%:*}" || missing+=" $${pair##*:}"; \
	done; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null; then \
	  echo "tools: installing$$missing"; \
	  as_root=''; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  { $$as_root apt-get update -qq && \
	    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; \
	  } </dev/null || true; \
	fi; \
	for pair in $(DEBIAN_TOOLS); do \
	  command -v "$${pair%%:*}" >/dev/null || test -e "$${pair%%:*}" || \
	    { echo "tools: $${pair%%:*} is missing and could not be installed; install it and run make again." >&2; exit 1; }; \
	done

.PHONY: tools-cargo
tools-cargo:
	@command -v cargo >/dev/null || \
	  { echo 'tools: cargo is missing; install Rust 1.95 or newer and run make again.' >&2; exit 1; }
	@$(call rustup_component,fmt,rustfmt)
	@$(call rustup_component,clippy,clippy)
	@$(call cargo_tool,nextest,cargo-nextest)

# What drives the browser, and what lints the contract, as their lock files name it; npm writes down what it has installed.
.PHONY: tools-node
tools-node: tests/desk/node_modules/.package-lock.json tests/contract/node_modules/.package-lock.json

tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	@cd tests/$* && npm ci --no-audit --no-fund --silent </dev/null && touch node_modules/.package-lock.json || \
	  { echo 'tools: the packages of tests/$* are missing and could not be installed; run make again.' >&2; exit 1; }

# What reads the contract and asks the server by it: a virtual environment, made anew when its list changes.
.PHONY: tools-python
tools-python: target/contract/made

target/contract/made: tests/contract/requirements.txt
	@rm -rf target/contract && python3 -m venv target/contract && \
	  target/contract/bin/pip install --quiet --disable-pip-version-check -r $< </dev/null && touch $@ || \
	  { echo 'tools: the packages of tests/contract are missing and could not be installed; run make again.' >&2; exit 1; }

# $(call rustup_component,SUBCOMMAND,COMPONENT)
define rustup_component
cargo $(1) --version >/dev/null 2>&1 || rustup component add $(2) </dev/null || \
  { echo 'tools: $(2) is missing and could not be installed; install it and run make again.' >&2; exit 1; }
endef

# $(call cargo_tool,SUBCOMMAND,PACKAGE): built once for the machine, beside cargo; unoptimised, since building takes longer than running.
define cargo_tool
command -v $(2) >/dev/null || \
  { echo 'tools: building $(2), once for this machine; this takes some minutes'; \
    cargo install --locked --quiet --debug $(2) </dev/null; } || \
  { echo 'tools: $(2) is missing and could not be installed; install it and run make again.' >&2; exit 1; }
endef
