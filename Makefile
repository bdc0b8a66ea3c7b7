# Everything here works on a fresh Debian or Ubuntu machine that has only Go.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)

.PHONY: build test quick race lint fuzz bench docs tools clean

build: ## the daemon, static, in ./earshot
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o earshot ./cmd/earshot

tools: ## what the tests need beside Go; installed through apt when missing
	@scripts/test-tools.sh

test: tools ## every test with the race detector
	$(GO) test -race -shuffle=on -timeout 15m -parallel 8 ./...

quick: ## the tests without the race detector and without asking for tools
	$(GO) test ./...

lint: ## formatting, vet, staticcheck, go.mod
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags faults ./internal/fault
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

FUZZTIME ?= 5s
fuzz: ## every fuzz target for FUZZTIME
	@scripts/each-fuzz.sh $(FUZZTIME)

bench: ## the benchmarks behind docs/benchmarks.md
	$(GO) test -run '^$$' -bench . -benchmem ./...

docs: ## what is generated: the JSON Schema and docs/sources.md
	EARSHOT_UPDATE=1 $(GO) test -run 'Fresh' ./...

clean:
	rm -f earshot
