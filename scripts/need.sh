# shellcheck shell=bash
# Sourced by the other scripts; each function ends the script as skipped, with one clear line, where something cannot be had.

skip() {
	echo "skipped: $*"
	exit 0
}

# debian PACKAGE: installs it where this is root on Debian, else does nothing.
debian() {
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then return 0; fi
	apt-get update -qq >/dev/null 2>&1 || true
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1 || true
}

# need PROGRAM PACKAGE: finds a program, or installs its Debian package.
need() {
	command -v "$1" >/dev/null 2>&1 && return 0
	debian "$2"
	command -v "$1" >/dev/null 2>&1 || skip "$1 is not here; install the package $2 and run this again"
}

# need_packages DIR REQUIREMENTS: a Python virtual environment in DIR with exactly the packages of the file. Installs once; again
# only when the file has changed. Dependencies are not followed: the file names all of them, each with its version.
need_packages() {
	local dir=$1 wanted=$2 mark
	mark=$dir/$(basename "$wanted")
	cmp -s "$wanted" "$mark" && return 0
	need python3 python3
	python3 -c 'import ensurepip' 2>/dev/null || debian python3-venv
	[ -x "$dir/bin/python" ] || python3 -m venv "$dir" >/dev/null 2>&1 ||
		skip "python3 cannot make a virtual environment; install the package python3-venv and run this again"
	echo "installing the packages of $wanted (once)"
	"$dir/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$wanted" >"$dir/pip.log" 2>&1 ||
		skip "pip could not install $wanted: $(tail -n 1 "$dir/pip.log")"
	cp "$wanted" "$mark"
}

# need_recordings DATA SCORE: the folder of recordings and the scorer.
need_recordings() {
	if [ ! -f "$2" ] || ! ls "$1"/*.csv.gz >/dev/null 2>&1; then
		skip "no recordings at $1 or no scorer at $2 (set HUBD_DATA and HUBD_SCORE)"
	fi
}
