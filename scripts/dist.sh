#!/usr/bin/env bash
# What is published of one commit: an archive for every target, packages for Debian and
# Ubuntu, the Helm chart, and their checksums. The same commit and the same Go give the same bytes: all times
# are the commit's, all names and owners are sorted and fixed.
#
#   scripts/dist.sh FOLDER [TARGET…]      linux/amd64 and so on; all six when none is named
#
# With CYCLONEDX, the path of cyclonedx-gomod, it writes for every binary what it is made of.
# It needs git, GNU tar, zip and dpkg-deb.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:?name the folder to write into}
shift
targets=("$@")
[ $# -gt 0 ] || targets=(linux/amd64 linux/arm64 linux/armv7 darwin/amd64 darwin/arm64 windows/amd64)
case $out in /*) ;; *) out=$PWD/$out ;; esac

# Nothing of the machine's settings may show in the result.
export LC_ALL=C TZ=UTC CGO_ENABLED=0 GOFLAGS= GOEXPERIMENT= GOWORK=off GOAMD64=v1 GOARM64=v8.0 GOARM=7
umask 022
version=$(git describe --tags --always --dirty)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
go=${GO:-go}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# compile OS ARCH FILE
compile() {
	GOOS=$1 GOARCH=$2 "$go" build -trimpath -buildvcs=true -ldflags "-s -w -X main.version=$version" -o "$3" ./cmd/earshot
}

# licences BINARY: what the authors of the libraries in it ask to be passed on.
licences() {
	"$go" version -m "$1" | awk '$1 == "dep" { print $2 "@" $3 }' | sort | while read -r module; do
		dir=$("$go" list -m -f '{{.Dir}}' "${module%@*}")
		printf '\n==== %s\n' "$module"
		find "$dir" -maxdepth 1 -type f \( -iname 'LICEN[CS]E*' -o -iname 'COPYING*' -o -iname 'NOTICE*' \) | sort | while read -r file; do
			printf '\n'
			cat "$file"
		done
	done
}

# same_age FOLDER: every file of the commit's age.
same_age() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# archive NAME FORMAT packs the folder NAME of $work.
archive() {
	same_age "$work/$1"
	if [ "$2" = zip ]; then
		(cd "$work" && find "$1" | sort | zip -q -X -9 "$out/$1.zip" -@)
	else
		tar -C "$work" --sort=name --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$1" | gzip -6 -n >"$out/$1.tar.gz"
	fi
}

# debian VERSION: Debian wants one that begins with a digit, has another meaning for "-", and takes what
# comes before a release for older only after "~".
debian() {
	local v=${1#v}
	case $v in [0-9]*.*) ;; *) v=0.0.0+git$(date -d "@$SOURCE_DATE_EPOCH" +%Y%m%d).$v ;; esac
	sed -E -e 's/-(alpha|beta|pre|rc)/~\1/' -e 's/-/+/g' <<<"$v"
}

# chart packs the Helm chart of a release: it takes the image of that name.
chart() {
	local name=earshot_${version#v}_chart
	[[ $version =~ ^v[0-9]+(\.[0-9]+){2}(-(alpha|beta|pre|rc)[.0-9]*)?$ ]] || return 0
	echo "$name"
	cp -r deploy/helm/earshot "$work/$name"
	sed -i -E -e "s/^(version|appVersion): .*/\1: \"${version#v}\"/" "$work/$name/Chart.yaml"
	chmod -R u=rwX,go=rX "$work/$name"
	archive "$name" tar.gz
}

# deb BINARY ARCH makes a package of what deploy/deb says.
deb() {
	local root=$work/deb-$2 v
	v=$(debian "$version")
	install -D -m 755 "$1" "$root/usr/bin/earshot"
	install -d -m 750 "$root/etc/earshot"
	install -d "$root/usr/lib/systemd/system" "$root/usr/share/doc/earshot" "$root/usr/share/man/man1"
	gzip -9 -n <"$work/shell/earshot.1" >"$root/usr/share/man/man1/earshot.1.gz"
	install -D -m 644 "$work/shell/earshot.bash" "$root/usr/share/bash-completion/completions/earshot"
	install -D -m 644 "$work/shell/_earshot" "$root/usr/share/zsh/vendor-completions/_earshot"
	install -D -m 644 "$work/shell/earshot.fish" "$root/usr/share/fish/vendor_completions.d/earshot.fish"
	sed -e 's|/usr/local/bin/|/usr/bin/|' -e '1,/^$/d' deploy/earshot.service >"$root/usr/lib/systemd/system/earshot.service"
	install -D -m 644 deploy/earshot.sysusers "$root/usr/lib/sysusers.d/earshot.conf"
	install -m 644 deploy/deb/copyright README.md SECURITY.md "$root/usr/share/doc/earshot/"
	install -D -m 644 deploy/deb/lintian-overrides "$root/usr/share/lintian/overrides/earshot"
	gzip -9 -n <CHANGELOG.md >"$root/usr/share/doc/earshot/CHANGELOG.md.gz"
	printf 'earshot (%s) unstable; urgency=medium\n\n  * What changed is in CHANGELOG.md.gz, beside this file.\n\n -- %s  %s\n' \
		"$v" "$(sed -n 's/^Maintainer: //p' deploy/deb/control)" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9 -n >"$root/usr/share/doc/earshot/changelog.gz"
	cp "$work/licences" "$root/usr/share/doc/earshot/THIRD-PARTY"
	find "$root" -type d -exec chmod go+rX {} + && chmod 750 "$root/etc/earshot"
	size=$(du -k -s --apparent-size "$root" | cut -f1)
	mkdir "$root/DEBIAN"
	sed -e "s/@VERSION@/$v/" -e "s/@ARCH@/$2/" -e "s/@SIZE@/$size/" deploy/deb/control >"$root/DEBIAN/control"
	install -m 755 deploy/deb/postinst deploy/deb/prerm deploy/deb/postrm "$root/DEBIAN/"
	(cd "$root" && find usr -type f | sort | xargs md5sum >DEBIAN/md5sums)
	same_age "$root"
	dpkg-deb --build --root-owner-group -Zgzip -z6 "$root" "$out/earshot_${v/\~/-}_$2.deb" >/dev/null
}

# What shells and man show is said by the program itself, as it runs here.
compile "$("$go" env GOHOSTOS)" "$("$go" env GOHOSTARCH)" "$work/here"
mkdir "$work/shell"
"$work/here" man >"$work/shell/earshot.1"
"$work/here" completion bash >"$work/shell/earshot.bash"
"$work/here" completion zsh >"$work/shell/_earshot"
"$work/here" completion fish >"$work/shell/earshot.fish"

for target in "${targets[@]}"; do
	os=${target%/*} arch=${target#*/} goarch=${target#*/} exe=
	[ "$arch" != armv7 ] || goarch=arm
	[ "$os" != windows ] || exe=.exe
	name=earshot_${version#v}_${os}_$arch
	echo "$name"
	mkdir "$work/$name"
	compile "$os" "$goarch" "$work/$name/earshot$exe"
	licences "$work/$name/earshot$exe" >"$work/licences"
	install -m 644 "$work/licences" "$work/$name/THIRD-PARTY"
	install -m 644 LICENSE README.md CHANGELOG.md "$work/$name/"
	[ "$os" = windows ] || cp -r "$work/shell" "$work/$name/"
	[ "$os" != linux ] || install -D -m 644 -t "$work/$name/deploy" deploy/earshot.service deploy/earshot.sysusers
	if [ -n "${CYCLONEDX:-}" ]; then
		# The serial number and the time would differ each time.
		"$CYCLONEDX" bin -json -noserial -notimestamp -std -version "$version" -output "$out/$name.cdx.json" "$work/$name/earshot$exe"
	fi
	format=tar.gz
	[ "$os" != windows ] || format=zip
	archive "$name" "$format"
	case $target in
	linux/amd64 | linux/arm64) deb "$work/$name/earshot" "$arch" ;;
	linux/armv7) deb "$work/$name/earshot" armhf ;;
	esac
done
chart
(cd "$out" && sha256sum earshot_* >SHA256SUMS)
