# Sourced by the other scripts. need PROGRAM PACKAGE: finds a program, installs its Debian package where this is root on Debian,
# else says what is missing and ends the script as skipped.
need() {
	command -v "$1" >/dev/null 2>&1 && return 0
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		apt-get update -qq >/dev/null 2>&1 || true
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 || true
		command -v "$1" >/dev/null 2>&1 && return 0
	fi
	echo "skipped: $1 is not here; install the package $2 and run this again"
	exit 0
}
