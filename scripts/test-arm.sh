#!/usr/bin/env bash
# Unit tests on 32- and 64-bit ARM under user-mode emulation. Short: golden replays and long properties stay on the host.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
need qemu-arm-static qemu-user-static
need qemu-aarch64-static qemu-user-static
for target in "arm qemu-arm-static" "arm64 qemu-aarch64-static"; do
	set -- $target "$@"
	arch=$1 emulator=$2
	shift 2
	echo "== $arch"
	GOARCH=$arch GOARM=6 ${GO:-go} test -short -timeout 1h -exec "$emulator" "$@"
done
