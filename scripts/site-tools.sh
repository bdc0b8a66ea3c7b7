#!/bin/sh
# Installs Hugo, which makes the site, when it is missing. make site needs nothing else.
set -eu

command -v hugo >/dev/null 2>&1 && exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends hugo >/dev/null
