# Everything here works on a fresh Debian or Ubuntu machine that has only Go.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)

.PHONY: build test quick lint spell vuln peers chart fuzz bench docs site dist tools clean

build: ## the daemon, static, in ./earshot
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o earshot ./cmd/earshot

tools: ## what the tests need beside Go; installed through apt when missing
	@scripts/test-tools.sh

# With the race detector, but not within SQLite: it is C made into Go, seven times slower under it, and
# what it locks is locked by sync, which the detector sees.
RACE = -race -gcflags='modernc.org/...=-race=false'

test: tools ## every test with the race detector
	$(GO) test $(RACE) -shuffle=on -timeout 40m -parallel 8 ./...

quick: ## the short tests, in under a minute: no virtual weeks, no crash matrix, no sleeping
	$(GO) test -short ./...

# Tools have a go.mod of their own, and so has what is only compared with: the
# module that is shipped asks for what the daemon links and its tests, no more.
TOOL = $(GO) tool -modfile=tools/go.mod

lint: ## formatting, vet, staticcheck, complexity, workflows, go.mod
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags faults ./internal/fault
	$(TOOL) staticcheck ./...
	@scripts/complexity.sh
	$(TOOL) actionlint -shellcheck= -pyflakes= .github/workflows/*.yml
	$(GO) mod tidy -diff
	cd tools && $(GO) mod tidy -diff
	cd tools/peers && $(GO) vet ./... && $(GO) mod tidy -diff

spell: ## the words of the docs, the guide and the program, in four languages; docs/spelling.txt has those that no dictionary knows
	@scripts/spell-tools.sh
	EARSHOT_REQUIRE=hunspell $(GO) test -count=1 -run 'TestSpelling$$' .

vuln: ## known holes in what the daemon calls; asks vuln.go.dev
	$(TOOL) govulncheck ./...

peers: ## beside other people's work on the same texts
	cd tools/peers && $(GO) test -count=1 -v ./...

chart: ## the Helm chart and the compose file, read as strictly as a cluster does; compiles Kubernetes' types, minutes at first
	cd tools/chart && $(GO) vet ./... && $(GO) mod tidy -diff && $(GO) test -count=1 ./...

FUZZTIME ?= 5s
fuzz: ## every fuzz target for FUZZTIME
	@scripts/each-fuzz.sh $(FUZZTIME)

bench: ## the benchmarks behind docs/benchmarks.md
	$(GO) test -run '^$$' -bench . -benchmem ./...

docs: ## what is generated: the JSON Schema and docs/sources.md
	EARSHOT_UPDATE=1 $(GO) test -run 'Fresh' ./...

site: ## the docs as pages with a search, in ./dist/site; every link of them is followed
	@scripts/site-tools.sh
	EARSHOT_REQUIRE=hugo $(GO) test -count=1 -run 'TestSite$$' .
	rm -rf dist/site
	hugo --source site --destination ../dist/site --noBuildLock --quiet

dist: ## what is published: archives, packages, SBOMs and checksums in ./dist
	rm -rf dist
	cd tools/release && GOFLAGS= $(GO) build -trimpath -buildvcs=false -o ../../dist/.tools/ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	GO='$(GO)' CYCLONEDX=$(CURDIR)/dist/.tools/cyclonedx-gomod scripts/dist.sh dist

clean:
	rm -f earshot
	rm -rf dist
