# Everything a newcomer needs: `make demo` shows the main job, `make test` proves it. Both install what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

SWIFT ?= swift
CONFIGURATION := release
HALDANE := .build/$(CONFIGURATION)/haldane
DEMO_SEED ?= 7

.PHONY: help setup build install tests test soak demo pictures format lint calibrate bench clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## install what is missing: libraries, tools, a local Envoy
	@Scripts/setup

build: setup ## build the program: .build/release/haldane
	@$(SWIFT) build -c $(CONFIGURATION) --product haldane

PREFIX ?= /usr/local
SHARE := $(DESTDIR)$(PREFIX)/share

install: build ## install the program, its manual and shell completions below PREFIX (/usr/local)
	@install -D $(HALDANE) $(DESTDIR)$(PREFIX)/bin/haldane
	@mkdir -p $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	@$(HALDANE) manual > $(SHARE)/man/man1/haldane.1
	@$(HALDANE) completions bash > $(SHARE)/bash-completion/completions/haldane
	@$(HALDANE) completions zsh > $(SHARE)/zsh/site-functions/_haldane
	@$(HALDANE) completions fish > $(SHARE)/fish/vendor_completions.d/haldane.fish

# One folder and one configuration for everything, so that nothing is compiled twice.
tests: setup
	@$(SWIFT) build -c $(CONFIGURATION) --build-tests
	@deploy/container/build .build/container/haldane

# Suites that talk to real peers under real deadlines must not share two cores with the property tests, nor with too many of their kind.
REAL_TIME := CanaryTransportTests|CanarySourcesTests|CanarySimulatorTests.MeshServerTests|CanaryAgentTests|CommandLineTests
END_TO_END := EndToEndTests
# Those that keep both cores busy go first and alone: the others watch real servers under real deadlines.
BUSY := ReportPageTests|LiveTerminalTests|UnreadOutputTests|ScenarioTests|CrashTests|FullDiskTests|BadTargetTests
# A browser that follows a run as it goes: alone on the machine.
FOLLOWED := StatusPageTests
# Agents with clusters of their own: they mostly wait, side by side.
AGENTS := AgentShowTests|AgentRoleTests|AgentFarewellTests|JobPolicyTests|LostLeaseTests|AgentPolicyTests|AgentReleaseTests|AgentSettlementTests|AgentMembershipTests|EarlyRequestTests|StrangerTests|RouteClaimsTests|AgentGateTests|GroupedNoticesTests|LongOutageTests|LostRecordTests|PolicyMemoryTests|PolicyOutageTests
# Minutes of waiting: `make soak`.
SOAK := TelemetryLossTests
# All groups run, whatever fails, and what failed is said at the end.
TEST := SWIFT_TEST='$(SWIFT) test -c $(CONFIGURATION) --skip-build --disable-xctest' Scripts/test

test: tests ## run every test, with a real Envoy among them
	@$(TEST) \
	    units . '$(REAL_TIME)|$(END_TO_END)' -- \
	    peers '$(REAL_TIME)' '$(AGENTS)|$(SOAK)' --width=4 -- \
	    followed '$(END_TO_END)\.($(FOLLOWED))' - -- \
	    busy '$(END_TO_END)\.($(BUSY))' - -- \
	    agents '($(END_TO_END)|CanaryAgentTests)\.($(AGENTS))' - -- \
	    end-to-end '$(END_TO_END)' '$(BUSY)|$(FOLLOWED)|$(AGENTS)|$(SOAK)'

soak: tests ## the show that takes minutes: a Prometheus killed under twenty rollouts
	@$(TEST) soak '($(END_TO_END)|CanaryAgentTests)\.($(SOAK))' -

demo: build ## roll a good version out and a bad one back, on a simulated mesh
	@Scripts/demo $(HALDANE) $(DEMO_SEED)

pictures: build ## make the README's picture anew, with Chromium and tmux
	@Scripts/pictures $(HALDANE)

format: ## format the sources
	@$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests queries

lint: ## check the format of the sources
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests queries

calibrate: build ## measure wrong decisions over many seeds and traffics (long)
	@$(SWIFT) run -c $(CONFIGURATION) --package-path Benchmarks calibrate

bench: build ## measure speed and memory
	@$(SWIFT) run -c $(CONFIGURATION) --package-path Benchmarks bench

clean: ## remove what was built and installed here
	@rm -rf .build .tools .haldane Benchmarks/.build
