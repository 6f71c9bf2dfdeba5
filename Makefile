# Tuowei (托位): `make` builds the program and runs the sample; `make test` tests it; `make help` lists the rest.
# Each target calls the program `tuowei` and does nothing that the program cannot do.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := all
MAKEFLAGS += --no-print-directory

PIPELINE ?= pipelines/tongzhou.yaml
AS_OF ?= 2025-12-31
KNOWN_AT ?=
FIGURE ?= coverage_rate
CODE ?= 320612000000
THREADS ?=
OUT ?=
LAWS ?= 20
EVENTS ?= 10000000
LINES ?= 1000000
RUNS ?= 5
SECONDS ?= 60
SEEDS ?= 1-200
FUZZ ?=
SANITIZERS ?= address,undefined thread

# Every Debian package the project needs, in one place: what the Swift toolchain itself needs and
# what the program is built with; and (TEST_PACKAGES) what the tests call.
BUILD_PACKAGES := binutils libc6-dev libstdc++-12-dev libcurl4 libncurses6 libxml2 tzdata ca-certificates \
    libarchive-dev zlib1g-dev libisal-dev liblzma-dev libzstd-dev libbz2-dev libssl-dev libxlsxwriter-dev libsqlite3-dev pkg-config
TEST_PACKAGES := python3 python3-venv libarchive-tools zip unzip zstd xz-utils bzip2 \
    golang-go golang-golang-x-mod-dev gcc strace faketime
BENCH_PACKAGES := python3 python3-venv libarchive-tools isal
# What readers of reports use: a browser, a spreadsheet, fonts with Chinese, and Java for the HTML checker.
READER_PACKAGES := chromium fonts-noto-cjk libreoffice-calc-nogui openjdk-17-jre-headless
PROFILE_PACKAGES := linux-perf valgrind

TUOWEI := .build/release/tuowei
STAGE = $(TUOWEI) $(1) --pipeline "$(PIPELINE)" $(if $(THREADS),--threads $(THREADS))
REPORT_OPTIONS = --as-of "$(AS_OF)" $(if $(KNOWN_AT),--known-at "$(KNOWN_AT)") $(if $(OUT),--out "$(OUT)")

.PHONY: all help setup setup-test build ingest fold report run verify audit explain rejects test pages-check tamper lint format goldens laws check sample-data bench bench-formats bench-data bench-micro profile test-lines clean explain-cases compare faults corpora fuzz sanitize second-opinion setup-bench known-at

all: build ## fetch what is missing, build, run the sample pipeline, say where the report is
	@scripts/sample.sh $(TUOWEI) "$(PIPELINE)" $(if $(THREADS),--threads $(THREADS)) $(REPORT_OPTIONS) $(if $(KEY),--key "$(KEY)")

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PIPELINE=$(PIPELINE) AS_OF=$(AS_OF) KNOWN_AT=$(KNOWN_AT) FIGURE=$(FIGURE) CODE=$(CODE)"

setup:
	@scripts/packages.sh $(BUILD_PACKAGES)

setup-test:
	@scripts/packages.sh $(BUILD_PACKAGES) $(TEST_PACKAGES) $(READER_PACKAGES)
	@scripts/venv.sh

build: setup ## build the program in release mode
	@scripts/build.sh

ingest: build ## check and append the pipeline's archives to the store (KEY=FILE signs it, report and run too)
	@$(call STAGE,ingest) $(if $(KEY),--key "$(KEY)")

fold: build ## bring the projections up to the log, and keep what the next report of AS_OF needs
	@$(call STAGE,fold) --as-of "$(AS_OF)"

report: build ## write the report of AS_OF (as known at KNOWN_AT) from the store
	@$(call STAGE,report) $(REPORT_OPTIONS) $(if $(KEY),--key "$(KEY)")

run: build ## ingest, fold and report in one
	@$(call STAGE,run) $(REPORT_OPTIONS) $(if $(KEY),--key "$(KEY)")

rejects: build ## list the rejected lines that the store keeps, as NDJSON
	@$(call STAGE,rejects)

verify: build ## check every file of the store; REPORT=DIR replays it, ARCHIVES=DIR rebuilds the log, SEEN= and VKEY= are what you kept
	@$(call STAGE,verify) $(if $(REPORT),--report "$(REPORT)") $(if $(ARCHIVES),--archives "$(ARCHIVES)") $(if $(SEEN),--seen "$(SEEN)") $(if $(VKEY),--vkey "$(VKEY)")

audit: all setup-test ## do what an auditor does on the sample: verify, rebuild, replay, explain, check with the programs of others
	@scripts/audit.sh $(TUOWEI) $(PIPELINE) $(AS_OF) sample-data

explain: build ## list the events behind one figure: FIGURE=… CODE=… AS_OF=…
	@$(call STAGE,explain) --as-of "$(AS_OF)" $(if $(KNOWN_AT),--known-at "$(KNOWN_AT)") --figure "$(FIGURE)" --code "$(CODE)"

compare: build ## say why the figures of the report in folder A are others in the one in B: A=… B=… (PIPELINE_A=, PIPELINE_B=: what they were made with)
	@$(call STAGE,compare) $(if $(PIPELINE_A),--pipeline-a "$(PIPELINE_A)") $(if $(PIPELINE_B),--pipeline-b "$(PIPELINE_B)") "$(A)" "$(B)"

explain-cases: setup-test ## explain every cell of the contract's cases (make test takes a sample)
	@BUILD=release TUOWEI_EVERY_CELL=1 scripts/test.sh --filter everyCellIsWhatItsEventsAddUpTo

known-at: setup-test ## compare the sample as known at each archive's moment with stores that held no more than that
	@BUILD=release TUOWEI_SAMPLE=1 scripts/test.sh --filter KnownAtLawTests

test: setup-test ## run every test
	@scripts/test.sh

second-opinion: build setup-test ## compare every table with a plain program in Python that reads the contract anew, over SEEDS worlds full of trouble
	@.venv/bin/python -W ignore Tests/SecondOpinion/second_opinion.py --seeds $(SEEDS)

pages-check: build setup-test ## read the sample's report as its readers do: browser, spreadsheet, validators, every number
	@scripts/pages-check.sh

tamper: setup-test ## flip every bit and make every cut of a store, a report and a proof; `make test` tries some
	@BUILD=release TUOWEI_SWEEP=all scripts/test.sh --filter 'TamperTests|EventProofTests'

faults: setup-test build ## make the disk, the clock and the power fail under the program; count what came of it
	@mkdir -p build && python3 Tests/Faults/faults.py $(TUOWEI) --write build/faults.json
	@python3 Tests/Faults/reliability.py faults build/faults.json docs/reliability.md

corpora: build setup-test ## read the test archives of libarchive, Go and Python, fetched from Debian, and compare with bsdtar
	@scripts/corpora.sh $(TUOWEI)

fuzz: setup-test ## fuzz every reader of untrusted bytes for SECONDS in all (FUZZ="ndjson csv": those targets)
	@scripts/fuzz.sh $(SECONDS) $(FUZZ) && failed=no || failed=yes; \
	  if [ -s build/fuzz/runs.tsv ]; then python3 Tests/Faults/reliability.py fuzz build/fuzz/runs.tsv docs/reliability.md; fi; [ $$failed = no ]

sanitize: setup-test ## run every test under the address, undefined-behaviour and thread sanitizers (SANITIZERS=thread: that one)
	@for kind in $(SANITIZERS); do scripts/sanitize.sh $$kind $(FILTER); done

lint: ## check the format and that every public declaration is documented
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## put the sources into the project's format
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

goldens: setup-test ## rewrite the expected messages and the manual; then read `git diff`
	@TUOWEI_GOLDENS=rewrite scripts/test.sh --filter "GalleryTests|ManualTests"

laws: setup-test ## run the laws over many more seeds: LAWS=… times as many as `make test`
	@BUILD=release TUOWEI_LAWS=$(LAWS) scripts/test.sh --filter LawTests

check: lint test ## what CI runs

sample-data: setup ## rewrite the generated part of sample-data, byte for byte
	@scripts/release.sh tuowei-sample 2>&1 | { grep -E 'error:' || true; }
	@.build/release/tuowei-sample sample-data

setup-bench: setup
	@scripts/packages.sh $(BENCH_PACKAGES)

bench: build setup-bench ## run Tuowei, DuckDB and Polars on the same EVENTS archives and compare them; WRITE=docs/performance.md keeps the table
	@scripts/bench/run.sh --events $(EVENTS) --runs $(RUNS) $(if $(WRITE),--write $(WRITE))

bench-formats: build setup-bench ## ingest EVENTS events as tar.gz, tar.zst, zip, tar.xz, 7z and CSV in GB18030, beside bsdtar
	@BENCH=formats scripts/bench/run.sh --events $(EVENTS) --runs $(RUNS) $(if $(WRITE),--write $(WRITE))

bench-data: build ## write a synthetic province of EVENTS events to build/bench/events-EVENTS/data
	@scripts/release.sh tuowei-bench-data >/dev/null
	@mkdir -p build/bench/events-$(EVENTS)
	@.build/release/tuowei-bench-data --events $(EVENTS) --out build/bench/events-$(EVENTS)/data

bench-micro: setup ## count the instructions an event of each kernel, and compare them with the baseline
	@scripts/packages.sh $(PROFILE_PACKAGES)
	@mkdir -p build && scripts/bench-micro.sh

profile: build ## show where the time of ingest and report of PIPELINE goes, over a store of its own
	@scripts/packages.sh $(PROFILE_PACKAGES)
	@rm -rf build/profile && mkdir -p build/profile
	@sed -e 's#^store:.*#store: $(CURDIR)/build/profile/store#' -e 's#^reports:.*#reports: $(CURDIR)/build/profile/reports#' $(PIPELINE) > $(dir $(PIPELINE)).profile.yaml
	@trap 'rm -f $(dir $(PIPELINE)).profile.yaml' EXIT; \
	  echo "ingest"; scripts/profile.sh $(TUOWEI) ingest --pipeline $(dir $(PIPELINE)).profile.yaml; \
	  echo "report from the log"; scripts/profile.sh $(TUOWEI) report --pipeline $(dir $(PIPELINE)).profile.yaml $(REPORT_OPTIONS); \
	  $(TUOWEI) fold --pipeline $(dir $(PIPELINE)).profile.yaml; \
	  echo "report from histories"; scripts/profile.sh $(TUOWEI) report --pipeline $(dir $(PIPELINE)).profile.yaml $(REPORT_OPTIONS)

test-lines: ## read LINES generated and spoilt lines of each log by the fast and the strict readers, and compare
	@TUOWEI_LINES=$(LINES) swift test -c release --disable-xctest --filter ScannerDifferentialTests

clean: ## remove what was built and made, the sample's store too
	@rm -rf .build build
