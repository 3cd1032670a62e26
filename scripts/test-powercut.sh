#!/usr/bin/env bash
# The power of an emulated computer is cut CUTS times while hubd's history writes. Its memory card forgets what it was not asked to flush.
# history/powercut_test.go says what must hold at the next start. Every other cut falls at a write, with WITHIN=1 every one; the rest at any moment.
# The first run takes a stock Debian kernel, about 27 MB, into ${HUBD_CACHE:-$HOME/.cache/hubd}/powercut. HUBD_ACCEL=kvm emulates with the processor's help, where it has any.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/need.sh
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "the emulated computer runs this machine's own programs, and is one of x86-64: $(uname -s) on $(uname -m) has none"
need qemu-system-x86_64 qemu-system-x86
need mke2fs e2fsprogs
need dpkg dpkg
parts=${HUBD_CACHE:-$HOME/.cache/hubd}/powercut

# fetch_kernel DIR: the kernel and the modules of the card, each by its plain name. It has DIR's name only once it is whole.
fetch_kernel() {
	local place package module
	command -v apt-get >/dev/null 2>&1 || skip "no apt-get to take a Debian kernel with"
	mkdir -p "$(dirname "$1")"
	place=$(mktemp -d "$1.XXXXXX")
	package=$(apt-cache show linux-image-cloud-amd64 2>/dev/null | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
	(cd "$place" && apt-get download -qq "${package:-none}" >/dev/null 2>&1) || {
		rm -rf "$place"
		skip "no Debian kernel can be had (apt-get download ${package:-linux-image-cloud-amd64})"
	}
	dpkg -x "$place"/linux-image-*.deb "$place/all"
	cp "$place"/all/boot/vmlinuz-* "$place/kernel"
	find "$place/all" -name 'virtio*.ko*' -exec cp {} "$place" \;
	for module in "$place"/*.ko.xz; do
		[ ! -e "$module" ] || xz -d "$module"
	done
	rm -rf "$place/all" "$place"/*.deb
	mv "$place" "$1"
}

[ -f "$parts/kernel" ] || fetch_kernel "$parts"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
CGO_ENABLED=0 ${GO:-go} test -c -ldflags '-s -w' -o "$place/history.test" ./history
cd history
HUBD_TEST_POWERCUT=$parts HUBD_TEST_WITHIN=${WITHIN:-} HUBD_KILLS=${CUTS:-50} "$place/history.test" -test.timeout 0 -test.v -test.run 'TestNoPowerCutLosesWhatIsAcknowledged|TestAMissingFlushShows|TestACardThatRefusesWritesEndsNothing'
