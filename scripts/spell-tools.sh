#!/bin/sh
# Installs hunspell and its dictionaries, when they are missing. Only make spell needs them.
set -eu

have() { hunspell -D </dev/null 2>&1 | grep -q "$1"; }
have en_US && have uk_UA && have ru_RU && have bg_BG && exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends hunspell hunspell-en-us hunspell-uk hunspell-ru hunspell-bg >/dev/null
