#!/bin/sh
# Runs every fuzz target of the module for the given time (default 5s), one after
# the other, and stops at the first that fails.
set -eu
time=${1:-5s}
for pkg in $(go list ./...); do
	dir=$(go list -f '{{.Dir}}' "$pkg")
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go 2>/dev/null | sed 's/^func //' | sort -u); do
		echo "fuzz $pkg $target $time"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -parallel 2 "$pkg"
	done
done
