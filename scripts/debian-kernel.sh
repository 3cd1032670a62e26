# shellcheck shell=bash
# Sourced after need.sh: Debian's kernel for arm64, unpacked into a folder. apt works on folders of its own: this machine's packages,
# lists and architectures stay as they are, and it need not be root.

guest_modules="fuse cuse"

# need_kernel FOLDER: FOLDER/vmlinuz and FOLDER/modules/*.ko of the stable kernel that this machine's own apt sources offer.
need_kernel() {
	local root=$1
	[ -e "$root/kernel.installed" ] && return 0
	command -v apt-get >/dev/null 2>&1 || skip "apt-get is not here, and Debian's kernel for arm64 is had by it"
	command -v dpkg-deb >/dev/null 2>&1 || skip "dpkg-deb is not here, and Debian's kernel for arm64 is unpacked by it"
	echo "fetching Debian's kernel for arm64 into $root (once)"
	mkdir -p "$root"
	bash -euc '. scripts/debian-kernel.sh; fetch_kernel "$1"' fetch "$root" >"$root/fetch.log" 2>&1 || # -e holds only in a shell of its own
		skip "Debian's kernel for arm64 cannot be had: $(tail -n 1 "$root/fetch.log")"
	touch "$root/kernel.installed"
}

fetch_kernel() {
	local root apt package module
	root=$(cd "$1" && pwd)
	apt=$root/apt
	rm -rf "$apt" "$root/unpacked" "$root/modules"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$root/modules"
	: >"$apt/status"
	set -- -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User= -o Acquire::Languages=none \
		-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
	apt-get "$@" update
	package=$(apt-cache "$@" depends linux-image-arm64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
	[ -n "$package" ] || { echo "apt knows no package linux-image-arm64"; exit 1; }
	(cd "$apt" && apt-get "$@" download "$package")
	dpkg-deb -x "$apt/$package"_*.deb "$root/unpacked"
	cp "$root"/unpacked/boot/vmlinuz-* "$root/vmlinuz"
	for module in $guest_modules; do
		find "$root/unpacked" \( -name "$module.ko" -o -name "$module.ko.xz" \) -exec cp {} "$root/modules/" \;
	done
	find "$root/modules" -name '*.xz' -exec xz -d {} +
	[ -e "$root/modules/cuse.ko" ] || { echo "$package has no module cuse"; exit 1; }
	rm -rf "$apt" "$root/unpacked"
}
