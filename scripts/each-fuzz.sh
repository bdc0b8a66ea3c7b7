#!/bin/sh
# Runs every fuzz target of the module for the given time (default 5s), one after
# the other, and stops at the first that fails. A package is made ready once for all its targets.
set -eu
time=${1:-5s}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
found=$(go env GOCACHE)/fuzz # where go test -fuzz keeps what it finds
go list -f '{{.ImportPath}} {{.Dir}}' ./... >"$made/packages"
while read -r pkg dir; do
	targets=$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go 2>/dev/null | sed 's/^func //' | sort -u)
	[ -n "$targets" ] || continue
	go test -c -fuzz . -o "$made/fuzz.test" "$pkg"
	cd "$dir"
	for target in $targets; do
		echo "fuzz $pkg $target $time"
		"$made/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" -test.fuzzcachedir "$found/$pkg" -test.parallel 2
	done
	cd - >/dev/null
done <"$made/packages"
