# shellcheck shell=bash
# Sourced by the checks: one line each, and the number of those that failed.

failed=0

# check NAME COMMAND…: succeeds where the command does.
check() {
	local name=$1
	shift
	if "$@" >/tmp/check.out 2>&1; then
		echo "ok   $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name: $(tail -n 3 /tmp/check.out | tr '\n' ' ')"
	fi
}

# same NAME WANTED GOT
same() {
	if [ "$2" = "$3" ]; then
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1: it is \"$3\", wanted is \"$2\""
	fi
}

# no COMMAND…: succeeds where the command fails.
no() { ! "$@"; }

# soon SECONDS COMMAND…: waits until the command succeeds.
soon() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 1
	done
}

# exposed_little FILE-OR-UNIT…: systemd's own score is 1.6 at most.
exposed_little() {
	systemd-analyze security --no-pager "$@" | tee /dev/stderr | awk '/Overall exposure level/ { for (i = 1; i <= NF; i++) if ($i + 0 > 0) { found = 1; exit ($i > 1.6) } } END { if (!found) exit 1 }'
}
