#!/usr/bin/env bash
# The package as its user gets it: built twice to the same bytes, installed into a fresh Debian trixie, then on an emulated 64-bit ARM machine
# that boots with systemd, where hubd is started, killed, made to stand still, upgraded, and loses its power.
#
# The first run fetches two Debians into ${HUBD_CACHE:-$HOME/.cache/hubd}/install-test: some 900 MB. `only` package or machine does one half.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/need.sh
. scripts/home-assistant.sh
. scripts/install_test/machine.sh

only=${1:-all}
cache=${HUBD_CACHE:-$HOME/.cache/hubd}/install-test
[ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] || skip "a package is installed in a Debian of its own, which needs Linux and root (chroot)"
need debootstrap debootstrap
need dpkg-deb dpkg
need unshare util-linux
mkdir -p "$cache"
work=$(mktemp -d "$cache/run.XXXXXX")
trap 'rm -rf "$work"' EXIT

# fetch_debian FOLDER OPTION…: a minimal Debian trixie, once.
fetch_debian() {
	local folder=$1 from
	shift
	[ -e "$folder/fetched" ] && return 0
	from=$(mirror)
	[ -n "$from" ] || skip "no Debian mirror is configured for apt here"
	echo "fetching Debian trixie into $folder (once)"
	rm -rf "$folder"
	debootstrap --variant=minbase "$@" trixie "$folder" "$from" /usr/share/debootstrap/scripts/sid >"$folder.log" 2>&1 ||
		skip "debootstrap could not fetch Debian trixie: $(tail -n 1 "$folder.log")"
	touch "$folder/fetched"
}

# twice ARCH…: the packages of the commit that is checked out, and the same from a copy of it elsewhere that was made under another umask.
twice() {
	local deb failed=0
	{
		(umask 077 && git clone -q --no-hardlinks . "$work/elsewhere" && cd "$work/elsewhere" && ./scripts/deb.sh "$work/second" "$@") &&
			./scripts/deb.sh "$work/first" "$@"
	} >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" && return 1; }
	for deb in "$work"/first/*.deb; do
		if cmp "$deb" "$work/second/${deb##*/}"; then echo "ok   two builds of a commit are the same bytes: ${deb##*/}, $(stat -c %s "$deb")"; else
			echo "FAIL two builds of a commit differ: ${deb##*/}"
			failed=1
		fi
	done
	return "$failed"
}

# runs ARCH EMULATOR CPU: the program of a package reads the config that comes with it, on the oldest processor it is for.
runs() {
	local root=$work/unpacked.$1
	dpkg-deb -x "$work"/first/*_"$1".deb "$root"
	if "$2" -cpu "$3" "$root/usr/bin/hubd" version | grep -q linux/ && "$2" -cpu "$3" "$root/usr/bin/hubd" check --config "$root/etc/hubd/config.yaml"; then
		echo "ok   the $1 package's program runs on an $3"
	else
		echo "FAIL the $1 package's program does not run on an $3"
		return 1
	fi
}

# provide FOLDER PACKAGE: the checks, the package, and a later version of it.
provide() {
	mkdir -p "$1/test"
	cp scripts/install_test/* "$1/test/"
	cp "$2" "$1/test/hubd.deb"
	dpkg-deb -R "$2" "$work/next"
	sed -i 's/^Version: .*/&.next/' "$work/next/DEBIAN/control"
	echo '# of the next version' >>"$work/next/etc/hubd/config.yaml" # so that dpkg would ask whose is to stay
	dpkg-deb --root-owner-group -b "$work/next" "$1/test/hubd-next.deb" >/dev/null
	rm -rf "$work/next"
}

package() {
	fetch_debian "$cache/amd64" --include=systemd,systemd-sysv,udev
	need qemu-arm-static qemu-user-static
	twice armhf arm64 amd64 || return 1
	./scripts/links.sh "$work"/first/*.deb || return 1
	runs armhf qemu-arm-static arm1176 || return 1     # the Pi 1 and the Zero W: ARMv6
	runs arm64 qemu-aarch64-static cortex-a53 || return 1 # the Pi 3 and the Zero 2 W
	cp -a "$cache/amd64" "$work/amd64"
	provide "$work/amd64" "$work"/first/*_amd64.deb
	inside "$work/amd64" / /bin/bash /test/inside.sh || return 1
	deploys "$work/amd64"
}

# deploys ROOT: make deploy, with ways into that Debian in place of ssh and scp.
deploys() {
	local root=$1
	mkdir -p "$root/usr/local/bin"
	printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/local/bin/sudo"
	printf '#!/usr/bin/env bash\n. scripts/home-assistant.sh\nshift\ninside "%s" / /bin/sh -c "$*"\n' "$root" >"$work/ssh"
	printf '#!/bin/sh\nexec cp "$2" "%s/tmp/hubd.deb"\n' "$root" >"$work/scp"
	chmod +x "$root/usr/local/bin/sudo" "$work/ssh" "$work/scp"
	if HUBD_SSH=$work/ssh HUBD_SCP=$work/scp make -s deploy HOST=pi@bedroom.local >"$work/deploy.log" 2>&1 && grep -q '^hubd .*, commit ' "$work/deploy.log"; then
		echo "ok   make deploy builds for that machine and installs there"
	else
		echo "FAIL make deploy: $(tail -n 5 "$work/deploy.log" | tr '\n' ' ')"
		return 1
	fi
}

machine() {
	local failed=0
	need qemu-system-aarch64 qemu-system-arm
	need mke2fs e2fsprogs
	need cpio cpio
	need xz xz-utils
	need systemd-sysusers systemd
	unpacked "$cache"
	early "$cache"
	HUBD_TAGS=standstill ./scripts/deb.sh "$work/tested" arm64 >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" && return 1; }
	cp -a "$cache/arm64.root" "$work/system"
	provide "$work/system" "$work"/tested/*.deb
	cp scripts/install_test/hubd-test.service "$work/system/etc/systemd/system/"
	mkdir -p "$work/system/etc/systemd/system/multi-user.target.wants"
	ln -s /etc/systemd/system/hubd-test.service "$work/system/etc/systemd/system/multi-user.target.wants/"
	mke2fs -q -t ext4 -d "$work/system" "$work/disk" 900M
	boot "$cache" "$work/disk" "$work/console.1" 1800 PART-1 || { machine_says "$work/console.1" && failed=1; }
	boot "$cache" "$work/disk" "$work/console.2" 900 PART-2 || { machine_says "$work/console.2" && failed=1; }
	return "$failed"
}

machine_says() {
	echo "the end of the machine's console:"
	tail -n 40 "$1"
	cp "$1" "$cache/"
}

status=0
if [ "$only" != machine ]; then package || status=1; fi
if [ "$only" != package ]; then machine || status=1; fi
exit "$status"
