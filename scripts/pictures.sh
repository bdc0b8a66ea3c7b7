#!/bin/sh
# Takes the pictures of the guide anew, of the real pages, in docs/pictures/<language>; look at each of them afterwards.
# Needs chromium with chromium-l10n (its own date fields speak the language, too), pngquant and optipng.
set -eu
cd "$(dirname "$0")/.."

EARSHOT_PICTURES=$PWD/docs/pictures go test -count=1 -run 'TestGuidePictures$' ./web
for picture in docs/pictures/inbox-phone.png docs/pictures/??/*.png; do
	pngquant --force --strip --speed 1 --output "$picture" 96 "$picture"
	optipng -quiet -o4 "$picture"
done
go test -count=1 -run 'TestPictures$' ./alerts/slack -update
du -ch docs/pictures/??/*.png | tail -n 1
