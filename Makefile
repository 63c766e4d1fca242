# `make test` is what every change is checked with, on any machine with Go. The
# targets below are its parts.

GO ?= go

# The race detector needs a C compiler on most systems. Without one the tests run
# all the same, and say so.
RACE := $(if $(shell command -v $$($(GO) env CC) 2>/dev/null),-race)

# One package may take this long; the slowest are the suites on SQLite under -race.
TIMEOUT ?= 40m

.PHONY: test format tidy vet build postgres unit modules real smoke bench powercut lint vuln sbom reproducible

test: format tidy vet build postgres unit modules real smoke
	@echo "make test: everything passed"

format:
	@echo "make: format"
	@files="$$(gofmt -l .)"; if [ -n "$$files" ]; then echo "not gofmt-ed:"; echo "$$files"; exit 1; fi

tidy:
	$(GO) mod tidy -diff

vet:
	$(GO) vet ./...

# Hosts run everywhere, so that everything is built for everywhere.
build:
	CGO_ENABLED=0 GOOS=linux $(GO) build -buildvcs=false ./...
	CGO_ENABLED=0 GOOS=darwin $(GO) build -buildvcs=false ./...
	CGO_ENABLED=0 GOOS=windows $(GO) build -buildvcs=false ./...

# PostgreSQL and pgbouncer, whose programs tests start for themselves: installed when they are missing and apt-get can.
# Without them those tests are skipped at home and fail where CI is set.
postgres:
	$(GO) run ./internal/pgtest/install

# The tests and the examples, those of the root package on every store. The race detector is left out where whole years
# are lived or the code is read on one goroutine, and where a test is one goroutine and its database: of the stores on SQLite and PostgreSQL,
# it watches the cases in which many write at once, and a few of the simulated worlds.
PLAIN := ./cmd/oms ./cmd/oms/internal/demo ./internal/catalog ./internal/sim/... ./storage/sqlite ./storage/postgres
# Random programmes, every point of failure of every command, and every place for an id by everybody, one after the other: once.
POINTS := RandomProgrammes|AtEveryPointOfFailure|AtEveryCut|TheCutsFind|NobodyReaches|ByEveryRole|ReachesWhatIsHis
# What Verify finds is tampered with above the store; the tables of actions and holds, and the programmes of claims and
# exchanges, are decided above it: a thousand databases would say the same as one.
ABOVE := TamperedWith|EveryActionUnderEveryHold|ConserveMoneyAndUnits
MANY := (Contract|Group|Concurrent|Writer)/(concurrency|snapshot|event|together|group)

unit:
	@if [ -z "$(RACE)" ]; then echo "make: no C compiler found, so the race detector is left out"; [ -z "$$CI" ]; fi
	OMS_ONLINE_RETAIL= $(GO) test $(RACE) -timeout $(TIMEOUT) -skip '$(POINTS)' \
		$$($(GO) list ./... | grep -v -e '/cmd/oms$$' -e '/internal/demo$$' -e '/internal/catalog$$' -e '/internal/sim' -e '/storage/sqlite$$' -e '/storage/postgres$$')
	$(GO) test $(RACE) -timeout $(TIMEOUT) -run '$(MANY)' ./storage/sqlite ./storage/postgres
	$(GO) test $(RACE) -timeout $(TIMEOUT) -run Seeds ./internal/sim
	$(GO) test -timeout $(TIMEOUT) $(PLAIN)
	$(GO) test -timeout $(TIMEOUT) -run '$(POINTS)' .
	OMS_TEST_STORE=sqlite $(GO) test -timeout $(TIMEOUT) -run Test -skip '$(POINTS)|$(ABOVE)' .
	OMS_TEST_STORE=postgres $(GO) test -timeout $(TIMEOUT) -run Test -skip '$(POINTS)|$(ABOVE)' .

# What would bring its dependencies to everybody is a module of its own, in a folder below: sinks for brokers, programs
# with other people's object mappers, and tests that ask other people's libraries.
modules:
	@set -e; for file in $$(find . -mindepth 2 -name go.mod -not -path '*/testdata/*' -not -path '*/.*' | sort); do \
		dir="$$(dirname "$$file")"; echo "make: the module in $$dir"; \
		(cd "$$dir" && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test -timeout $(TIMEOUT) ./...); \
	done

# The tool's tests with the real year, where its file is, and without the race
# detector: see OMS_ONLINE_RETAIL in the README.
real:
	@if [ -z "$$OMS_ONLINE_RETAIL" ]; then echo "make: OMS_ONLINE_RETAIL is not set, so the real year is not imported"; \
	else echo "make: the real year"; $(GO) test -count=1 -timeout $(TIMEOUT) ./cmd/oms/internal/onlineretail; fi

# What the README shows, run as it stands there, and each benchmark once.
smoke:
	@dir="$$(mktemp -d)" && trap 'rm -rf "$$dir"' EXIT && \
	$(GO) build -buildvcs=false -o "$$dir" ./cmd/oms ./examples/quickstart && cd "$$dir" && \
	echo "make: quickstart" && ./quickstart && \
	echo "make: oms demo" && ./oms demo && \
	grep -q '<h1>' shop.html && ./oms report sales --db shop.db --by quarter --format csv > /dev/null
	$(GO) test -run '^$$' -bench . -benchtime 1x ./...

# Benchmarks for reading: take a quiet machine.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# The power of a disk is cut under each store, as root on Linux: see internal/powercut.
powercut:
	OMS_POWERCUT=$${OMS_POWERCUT:-200} $(GO) test -count=1 -timeout 3h -v ./internal/powercut

# golangci-lint v2 is not part of `make test`: its rules are in .golangci.yaml.
lint:
	golangci-lint run ./...

# Known vulnerabilities that the code reaches. It needs the database (VULNDB=file:///folder for a copy of it) and fails
# where that is empty, cannot be read, or does not know what it must.
VULNDB ?= https://vuln.go.dev
vuln:
	$(GO) run ./internal/vuln -db $(VULNDB)

# The bill of materials of a release: make sbom VERSION=v0.5.0
VERSION ?= (devel)
sbom:
	$(GO) run ./internal/sbom -version '$(VERSION)' > oms.cdx.json

# The tool is built twice, from two folders and without a cache between them, and the programs are the same byte for
# byte: whoever builds a release gets what was released.
reproducible:
	@first="$$(mktemp -d)" second="$$(mktemp -d)" && trap 'chmod -R u+w "$$first" "$$second"; rm -rf "$$first" "$$second"' EXIT && \
	for place in "$$first" "$$second"; do \
		mkdir "$$place/src" && git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$$place/src" && \
		(cd "$$place/src" && GOCACHE="$$place/cache" CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -o "$$place/oms" ./cmd/oms) || exit 1; \
	done && \
	cmp "$$first/oms" "$$second/oms" && echo "make reproducible: $$(sha256sum < "$$first/oms" | cut -d' ' -f1)"
