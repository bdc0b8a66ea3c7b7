#!/bin/sh
# Runs every fuzz target of the module for the given time (default 5s), two packages side by
# side, and fails when one does. A package is made ready once for all its targets: linking,
# which is most of a short run, is done by one processor.
set -eu
if [ "${2:-}" = "" ]; then
	made=$(mktemp -d)
	trap 'rm -rf "$made"' EXIT
	go list -f '{{.Dir}}' ./... | xargs -P 2 -n 1 "$0" "${1:-5s}" "$made"
	exit
fi

# One package: $3, for the time $1; what is made stands in $2.
cd "$3"
targets=$(cat ./*_test.go 2>/dev/null | grep -oE '^func Fuzz[A-Za-z0-9_]+' | sed 's/^func //' | sort -u)
[ -n "$targets" ] || exit 0
pkg=$(go list .)
dir=$(mktemp -d "$2/XXXXXX")
found=$(go env GOCACHE)/fuzz/$pkg # where go test -fuzz keeps what it finds
exec 3>&1 >"$dir/log" 2>&1
trap 'failed=$?; cat "$dir/log" >&3; [ "$failed" = 0 ] || exit 255' EXIT # at 255 xargs starts no more
go test -c -fuzz . -o "$dir/fuzz.test" .
for target in $targets; do
	echo "fuzz $pkg $target $1"
	"$dir/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$1" -test.fuzzcachedir "$found" -test.parallel 1
done
