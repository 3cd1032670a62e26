#!/usr/bin/env bash
# The Debian packages: deb.sh FOLDER ARCH…, where ARCH is armhf (every 32-bit Pi, the Zero W too), arm64 or amd64. The same commit
# gives the same bytes, whenever and wherever it is built. HUBD_TAGS adds Go build tags, and their names to the version: the test of
# an installation builds a hubd that can be made to stand still.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$1
shift
go=${GO:-go}
commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || commit=$commit.changed
described=$(git describe --tags --exact-match --match "v[0-9]*" 2>/dev/null | cut -c2- || true)
DEB_VERSION=${described:-0~$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%d%H%M).$commit}
DEB_VERSION=$DEB_VERSION${HUBD_TAGS:+.${HUBD_TAGS//,/.}}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export CGO_ENABLED=0 DEB_VERSION SOURCE_DATE_EPOCH

mkdir -p "$out"
# nfpm takes a tree with the modes that it finds, which are those of whoever cloned it.
trees=$(mktemp -d)
trap 'rm -rf "$trees"' EXIT
DEB_TREE=$trees/homeassistant DEB_DOCS=$trees/docs
export DEB_TREE DEB_DOCS
cp -r homeassistant "$DEB_TREE"
# The pages that config and messages name, and what they link to, where their links look for it. What the package has elsewhere nfpm.yaml links.
mkdir -p "$DEB_DOCS/docs/pictures"
cp -r docs/*.md docs/several-rooms "$DEB_DOCS/docs"
grep -ohE '\]\(pictures/[^)]+' docs/*.md | sort -u | while read -r link; do cp "docs/${link#*(}" "$DEB_DOCS/docs/pictures"; done
for linked in SECURITY.md CHANGELOG.md config/practices.yaml web/page/words.js systemd/README.md; do
	install -D -m 644 "$linked" "$DEB_DOCS/$linked"
done
chmod -R u=rwX,go=rX "$trees"
for DEB_ARCH in "$@"; do
	DEB_BINARY=$out/hubd-$DEB_ARCH
	export DEB_ARCH DEB_BINARY
	case $DEB_ARCH in
	armhf) export GOARCH=arm GOARM=6 ;;
	arm64 | amd64) export GOARCH=$DEB_ARCH ;;
	*) echo "deb.sh: $DEB_ARCH: armhf, arm64 or amd64" >&2 && exit 2 ;;
	esac
	GO=$go ./scripts/build.sh "$DEB_BINARY" "$DEB_VERSION" "$commit" -buildvcs=false
	(unset GOARCH GOARM && "$go" tool -modfile=tools/go.mod nfpm package --config packaging/nfpm.yaml --packager deb --target "$out/hubd_${DEB_VERSION}_$DEB_ARCH.deb" >&2)
	rm "$DEB_BINARY"
	find "$out" -maxdepth 1 -name "hubd_*_$DEB_ARCH.deb" ! -name "hubd_${DEB_VERSION}_$DEB_ARCH.deb" -delete # so that hubd_*.deb is this one
	echo "$out/hubd_${DEB_VERSION}_$DEB_ARCH.deb"
done
