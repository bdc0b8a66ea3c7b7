#!/bin/sh
# Installs what the tests need beside Go, when it is missing, and says what and why.
# A test whose tool is absent skips with that tool's name; this script is why none has to.
set -eu

need() { # command or file, package, reason
	if command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || ls $1 >/dev/null 2>&1; then return; fi
	echo "tests need $2: $3"
	missing="${missing:-} $2"
}

need gcc gcc 'the race detector of Go is built with a C compiler'
need redis-server redis-server 'the seen set is tested against a real Redis, started and stopped on a free loopback port'
need promtool prometheus 'what watches earshot is checked against a real Prometheus: rules, dashboard, metrics'
need '/usr/lib/postgresql/*/bin/pg_ctl' postgresql 'the store is tested against a real PostgreSQL in a temporary folder'

need zsh zsh 'the completions are tried in each shell they are made for'
need fish fish 'the completions are tried in each shell they are made for'
need mandoc mandoc 'the manual page is read by the programs that show such pages'
need groff groff 'the manual page is read by the programs that show such pages'

need hugo hugo 'the docs are built as the site that people search, and every link of it is followed'
need chromium chromium 'the pages are tested in a real browser, headless and on loopback'

# axe looks at the pages for what bars people from using them; kept outside of the repository.
axe=${XDG_CACHE_HOME:-$HOME/.cache}/earshot-tests/axe-core-4.14.1
if [ ! -e "$axe/axe.min.js" ] && command -v npm >/dev/null 2>&1; then
	mkdir -p "$axe"
	(cd "$axe" && npm pack --silent axe-core@4.14.1 >/dev/null && tar xzf axe-core-4.14.1.tgz --strip-components=1 package/axe.min.js && rm axe-core-4.14.1.tgz) ||
		echo 'axe-core cannot be fetched from npm: its test will skip' >&2
fi

[ -z "${missing:-}" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "no apt-get here: install$missing by hand; the tests that need them will skip" >&2
	exit 0
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "installed:$missing"
