# Two commands are all: `make run` fits real data, `make test` passes every test.
# Both need Go and nothing else. `make help` lists the rest.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# A count, not a time: the fuzzer of Go before 1.27 fails now and then when a time ends (go.dev/issue/75804).
FUZZRUNS    ?= 40000x
# REQUIRE=1 turns what a machine may lack, and make test would skip aloud, into a failure.
REQUIRE     ?=

export CGO_ENABLED ?= 0

# skip says aloud what is left out, or fails if nothing may be.
skip = if [ -n "$(REQUIRE)" ]; then echo "REQUIRED: $(1)"; exit 1; else echo "SKIPPED: $(1)"; fi

# PEERS is the Python environment of the report. The whole report goes to OUT; BENCH has options instead, as in make bench BENCH='gram --p 10'.
PEERS       ?= bench/report/.environment
OUT         ?= report
BENCH       ?=
GUARD       ?=
ROUTINES    ?=

.PHONY: help run build test test-long ulp vet isas race v3 fuzz hesse-report bench bench-peers bench-torch bench-routines bench-guard generate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program ./hesse, one static binary
	$(GO) build -trimpath -o hesse ./cmd/hesse

run: build ## fit the two tables in testdata
	./hesse info
	@echo
	./hesse fit testdata/wdbc.csv --target malignant --family binomial --l2 1 --standardize
	@echo
	./hesse fit testdata/longley.csv --target employed

test: vet ## run every test
	$(GO) test ./...
	$(GO) test -tags purego ./...
	cd bench/report && REQUIRE=$(REQUIRE) $(GO) test ./...
	@$(MAKE) --no-print-directory isas v3 race fuzz

# REQUIRE leaves this lenient: machines differ in what they have, those of CI too, and none can be told to have AVX-512.
isas: # which implementations the tests above have run
	@for isa in generic avx2 avx512; do \
		if HESSE_ISA=$$isa $(GO) run ./cmd/hesse info >/dev/null 2>&1; then echo "tested: $$isa"; \
		else echo "SKIPPED: this machine has no $$isa; its kernels were not tested"; fi; done

vet: # what the compiler and two linters see; asmdecl holds assembly to its Go signatures
	$(GO) vet ./...
	$(GO) vet -tags purego ./...
	GOARCH=arm64 $(GO) vet ./...
	cd asm && $(GO) vet ./...
	cd bench/report && $(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	cd bench/report && $(GO) run $(STATICCHECK) ./...

v3: # the compiler fuses multiplications and additions by itself here
	@if grep -qw avx2 /proc/cpuinfo 2>/dev/null && grep -qw bmi2 /proc/cpuinfo; then \
		GOAMD64=v3 $(GO) test ./solvers/... ./internal/cholesky ./internal/doubled ./internal/kerneltest -short; \
	else $(call skip,GOAMD64=v3 needs a CPU with AVX2); fi

race: # the race detector needs a C compiler
	@if command -v cc >/dev/null 2>&1 && [ "$$($(GO) env GOOS)" = linux ]; then \
		CGO_ENABLED=1 $(GO) test -race -short ./internal/par ./internal/table ./solvers/... ; \
	else $(call skip,the race detector needs a C compiler); fi

fuzz: # a short run of every fuzz target; FUZZRUNS=4000000x for a long one
	$(GO) test ./internal/table -run '^$$' -fuzz FuzzReader -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./kernels/blas -run '^$$' -fuzz FuzzAgainstGonum -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./kernels/blas -run '^$$' -fuzz FuzzVectorsAgainstGonum -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./solvers/glm -run '^$$' -fuzz FuzzRead -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./solvers -run '^$$' -fuzz FuzzCheckpoint -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./solvers/glm -run '^$$' -fuzz FuzzCheckpoint -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./solvers/pass -run '^$$' -fuzz 'FuzzUnmarshal$$' -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x
	$(GO) test ./solvers/pass -run '^$$' -fuzz FuzzUnmarshalExact -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x

test-long: ## run the exhaustive sweeps (an hour)
	HESSE_LONG=1 $(GO) test -timeout 3h ./internal/kerneltest ./solvers/...
	@$(MAKE) --no-print-directory fuzz FUZZRUNS=2000000x

ulp: ## print the largest error of each elementary function, in units in the last place (minutes)
	HESSE_ULP=1 $(GO) test -v -count 1 -timeout 1h ./internal/kerneltest -run 'TestULP|TestDoubles|TestFunctionsOfSpecialValues'

hesse-report: # the program of the report; the go command knows what is stale
	cd bench/report && $(GO) build -trimpath -buildvcs=auto -o ../../hesse-report .

bench: hesse-report ## measure this machine, this code and its peers; BENCH has options, --help lists them
	./hesse-report --environment $(PEERS) $(if $(BENCH),$(BENCH),--out $(OUT))

bench-peers: ## set up the Python packages, OpenBLAS and MKL of the report, in exact versions
	python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --requirement bench/report/peers/requirements.txt

bench-routines: ## measure BLAS routines beside other libraries; ROUTINES has options, --help lists them
	cd bench/report && $(GO) run ./routines --environment $(abspath $(PEERS)) $(ROUTINES)

bench-torch: ## add PyTorch to them: a download of 3 GB, since the wheels of the index bring CUDA
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --requirement bench/report/peers/requirements-torch.txt

bench-guard: ## compare a commit with its parent on shares of the roof; GUARD has options
	cd bench/report && $(GO) run ./guard $(GUARD)

generate: ## write internal/avx2 and internal/avx512 anew
	cd asm && $(GO) run . -out ../internal

clean: ## remove what was built
	rm -f hesse hesse-report
