# shellcheck shell=bash
# Sourced by install-test.sh: an emulated 64-bit ARM machine with Debian's own kernel, C library and systemd. Debian's packages are unpacked, not
# configured: that needs no ARM machine, and takes seconds.

# unpacked CACHE: the tree of the machine's root, made once.
unpacked() {
	local cache=$1 tree=$1/arm64.root debs deb
	[ -e "$tree/unpacked" ] && return 0
	fetch_debian "$cache/arm64" --foreign --arch=arm64 --include=systemd,systemd-sysv,udev,busybox-static,linux-image-cloud-arm64
	debs=$cache/arm64/var/cache/apt/archives
	rm -rf "$tree"
	mkdir -p "$tree"
	for d in bin sbin lib; do mkdir -p "$tree/usr/$d" && ln -s "usr/$d" "$tree/$d"; done
	for deb in "$debs"/*.deb; do
		case $deb in
		*/linux-image-*) dpkg-deb -x "$deb" "$cache/kernel" ;;
		*) dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tree" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/man/*' ;;
		esac
	done
	configure "$tree" "$debs"
	touch "$tree/unpacked"
}

# configure TREE DEBS: what the packages' own scripts would have left, as far as this machine needs it.
configure() {
	local tree=$1 deb
	cp "$tree/usr/share/base-passwd/passwd.master" "$tree/etc/passwd"
	cp "$tree/usr/share/base-passwd/group.master" "$tree/etc/group"
	sed 's/:.*/:*:20000::::::/' "$tree/etc/passwd" >"$tree/etc/shadow"
	sed 's/:.*/:*::/' "$tree/etc/group" >"$tree/etc/gshadow"
	chmod 640 "$tree/etc/shadow" "$tree/etc/gshadow"
	systemd-sysusers --root="$tree" >/dev/null 2>&1 || true # one line that an older systemd does not know is no harm
	echo hub >"$tree/etc/hostname"
	echo 'passwd: files' >"$tree/etc/nsswitch.conf"
	echo 'group: files' >>"$tree/etc/nsswitch.conf"
	echo '/dev/vda / ext4 rw 0 1' >"$tree/etc/fstab"
	tr -d - </proc/sys/kernel/random/uuid >"$tree/etc/machine-id"
	ln -sf mawk "$tree/usr/bin/awk"
	mkdir -p "$tree/var/lib/dpkg/info" "$tree/var/lib/dpkg/updates" "$tree/var/lib/dpkg/triggers" "$tree/var/cache/debconf"
	: >"$tree/var/lib/dpkg/available"
	for deb in "$2"/*.deb; do
		: >"$tree/var/lib/dpkg/info/$(dpkg-deb -f "$deb" Package).list"
		: >"$tree/var/lib/dpkg/info/$(dpkg-deb -f "$deb" Package):arm64.list"
		dpkg-deb -f "$deb" | sed '/^Package:/a Status: install ok installed'
		echo
	done >"$tree/var/lib/dpkg/status"
	ln -sf /usr/lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"
	for unit in systemd-networkd systemd-timesyncd systemd-resolved getty@tty1 serial-getty@ttyAMA0 systemd-firstboot fstrim.timer e2scrub_reap; do
		ln -sf /dev/null "$tree/etc/systemd/system/$unit.service"
	done
}

# early CACHE: the initial file system, which finds the disk and goes on from there.
early() {
	local cache=$1 dir
	dir=$(mktemp -d)
	mkdir -p "$dir/dev" "$dir/root" "$dir/bin"
	cp "$cache/arm64.root/usr/bin/busybox" "$dir/bin/busybox"
	xz -dc "$cache"/kernel/usr/lib/modules/*/kernel/drivers/block/virtio_blk.ko.xz >"$dir/virtio_blk.ko"
	cat >"$dir/init" <<-'INIT'
		#!/bin/busybox sh
		/bin/busybox mount -t devtmpfs dev /dev
		/bin/busybox insmod /virtio_blk.ko
		until [ -e /dev/vda ]; do /bin/busybox sleep 0.1; done
		/bin/busybox mount -t ext4 /dev/vda /root
		exec /bin/busybox switch_root /root /usr/lib/systemd/systemd
	INIT
	chmod +x "$dir/init"
	(cd "$dir" && find . | cpio -o -H newc --quiet) >"$cache/early.cpio"
	rm -rf "$dir"
}

# boot CACHE DISK LOG SECONDS MARK: starts the machine, waits for the mark on its console, then takes its power away.
boot() {
	local cache=$1 disk=$2 log=$3 seconds=$4 mark=$5 machine end
	qemu-system-aarch64 -M virt -cpu cortex-a57 -smp 2 -m 1024 -nographic -no-reboot -nic none \
		-kernel "$cache"/kernel/boot/vmlinuz-* -initrd "$cache/early.cpio" -append 'console=ttyAMA0 quiet systemd.show_status=0 loglevel=3' \
		-drive "file=$disk,format=raw,if=virtio,cache=writethrough" </dev/null >"$log" 2>&1 &
	machine=$!
	end=$((SECONDS + seconds))
	until grep -aq "^$mark" "$log"; do
		if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$machine" 2>/dev/null; then break; fi
		sleep 1
	done
	kill -9 "$machine" 2>/dev/null || true
	wait "$machine" 2>/dev/null || true
	tr -d '\r' <"$log" | grep -aE '^(ok  |FAIL|PART)' || true
	tr -d '\r' <"$log" | grep -aq "^$mark failed 0"
}
