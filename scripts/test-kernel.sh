#!/usr/bin/env bash
# The builds of hubd for a Pi, 64 and 32 bits, on a true kernel: Debian's own for arm64, in QEMU. A small guest serves /dev/i2c-N and
# /dev/spidevB.C by CUSE from the chip models of drivers/sim; scripts/kernel/guest lists what hubd then lives through. Nothing is installed on
# this machine but QEMU, where this is root; the kernel is kept in ${HUBD_CACHE:-$HOME/.cache/hubd}/kernel, 60 MB to fetch.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
. scripts/debian-kernel.sh
[ "$(uname -s)" = Linux ] || skip "the guest is built from Debian's packages, which needs Linux"
need qemu-system-aarch64 qemu-system-arm
cache=${HUBD_CACHE:-$HOME/.cache/hubd}/kernel
need_kernel "$cache"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
build() { # NAME PACKAGE, for the system in GOARCH
	CGO_ENABLED=0 ${GO:-go} build -trimpath -ldflags "-s -w -X main.version=${VERSION:-unknown}" -o "$place/$1" "$2"
}
GOARCH=arm64 build hubd-arm64 ./cmd/hubd
GOARCH=arm GOARM=6 build hubd-armv6 ./cmd/hubd
GOARCH=arm64 build guest ./scripts/kernel/guest
build boot ./scripts/kernel/boot
status=0
"$place/boot" -kernel "$cache/vmlinuz" -modules "$cache/modules" -programs "$place" -log "$cache/console.log" || status=$?
exit "$status"
