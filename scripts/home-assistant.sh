# shellcheck shell=bash
# Sourced after need.sh: a Debian with Python 3.14, Home Assistant, mosquitto and, on request, Chromium, in a folder of its own.

debian_suite=forky # the first with the Python that Home Assistant needs

cache_folder() { echo "${HUBD_CACHE:-$HOME/.cache/hubd}/home-assistant"; }

# mirror: where this machine gets its own Debian packages from.
mirror() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep '/debian/*$' | head -n 1; }

# inside ROOT FOLDER COMMAND…: runs in ROOT, with its own /proc and /dev, which are gone afterwards.
inside() {
	local root=$1 folder=$2
	shift 2
	unshare --mount --propagation private -- /bin/bash -c '
		root=$1 folder=$2; shift 2
		mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
		mountpoint -q "$root/dev" || mount --rbind /dev "$root/dev"
		exec chroot "$root" /bin/sh -c "cd \"\$0\" && exec \"\$@\"" "$folder" "$@"' inside "$root" "$folder" "$@"
}

# need_home_assistant ROOT: installs once; the packages again when scripts/requirements-home-assistant.txt has changed.
need_home_assistant() {
	local root=$1 wanted=scripts/requirements-home-assistant.txt
	[ "$(uname -s)" = Linux ] || skip "Home Assistant is started in a Debian of its own, which needs Linux"
	[ "$(id -u)" = 0 ] || skip "Home Assistant is started in a Debian of its own, which needs root (chroot)"
	need unshare util-linux
	need_debian "$root"
	cmp -s "$wanted" "$root/opt/ha.installed" && return 0
	echo "installing Home Assistant and its packages (once)"
	[ -x "$root/opt/ha/bin/python" ] || inside "$root" / python3 -m venv /opt/ha
	cp "$wanted" "$root/opt/ha.wanted"
	inside "$root" / /opt/ha/bin/pip install -q --disable-pip-version-check --no-deps -r /opt/ha.wanted >"$root/opt/pip.log" 2>&1 ||
		skip "pip could not install $wanted: $(tail -n 1 "$root/opt/pip.log")"
	mv "$root/opt/ha.wanted" "$root/opt/ha.installed"
}

need_debian() {
	local root=$1 from log
	[ -e "$root/opt/debian.installed" ] && return 0
	need debootstrap debootstrap
	from=$(mirror)
	[ -n "$from" ] || skip "no Debian mirror is configured for apt here"
	echo "installing Debian $debian_suite into $root (once)"
	mkdir -p "$root"
	log=$root.log
	debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,mosquitto "$debian_suite" "$root" "$from" \
		/usr/share/debootstrap/scripts/sid >"$log" 2>&1 || skip "debootstrap could not install Debian $debian_suite: $(tail -n 1 "$log")"
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
	if [ -f /etc/pip.conf ]; then cp /etc/pip.conf "$root/etc/"; fi
	mkdir -p "$root/opt"
	touch "$root/opt/debian.installed"
}

# need_chromium ROOT: for the pictures only.
need_chromium() {
	local root=$1
	[ -x "$root/usr/bin/chromium" ] && return 0
	echo "installing Chromium (once)"
	inside "$root" / env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -qq -o Acquire::Check-Valid-Until=false update &&
		apt-get -qq -y --no-install-recommends install chromium fonts-dejavu-core' >"$root/opt/chromium.log" 2>&1 ||
		skip "Chromium could not be installed: $(tail -n 1 "$root/opt/chromium.log")"
}
