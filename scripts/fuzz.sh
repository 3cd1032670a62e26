#!/usr/bin/env bash
# Fuzzes everything that reads bytes from outside, one target after the other, each for FUZZTIME (10m). Ends with 1 where one fails; what failed
# it then stands in that package's testdata/fuzz and fails `make test` from then on. ONLY='config|wire' does those alone: a pattern over
# package/FuzzName. KEEP=8 copies so many of the small finds that widened the coverage into testdata/fuzz, for `make test` to try again.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-10m}
keep=${KEEP:-0}
cache=$(${GO:-go} env GOCACHE)/fuzz/hubd
failed=0

# keep_small DIR NAME: copies the smallest finds of a target, those under 400 bytes, beside its seeds.
keep_small() {
	local from=$cache/$1/$2 to=$1/testdata/fuzz/$2
	[ "$keep" -gt 0 ] && [ -d "$from" ] || return 0
	mkdir -p "$to"
	find "$from" -type f -size -400c -printf '%s %p\n' | sort -n | awk -v n="$keep" '{ all[NR] = $2 } END { for (i = 1; i <= n && i <= NR; i++) print all[int(1 + (i - 1) * (NR - 1) / (n > 1 ? n - 1 : 1))] }' | sort -u |
		xargs -r cp -t "$to"
}

# time_is_up OUTPUT: whether a target failed by the end of its time alone, and by nothing that it found. Go tells that end as a failure where its
# coordinator hears of it before its workers do, as on a busy machine.
time_is_up() {
	[ "$(sed -n '/^--- FAIL/,/^FAIL$/p' <<<"$1" | sed '1d; $d')" = '    context deadline exceeded' ]
}

while IFS=: read -r file _ name; do
	dir=$(dirname "$file")
	[[ "$dir/$name" =~ ${ONLY:-.} ]] || continue
	printf '%-58s ' "$dir/$name"
	if out=$(${GO:-go} test "./$dir" -run '^$' -fuzz "^$name\$" -fuzztime "$time" -parallel "${PARALLEL:-1}" 2>&1) || time_is_up "$out"; then
		sed -n 's/^fuzz: elapsed: \(.*\)$/\1/p' <<<"$out" | tail -n 1
		keep_small "$dir" "$name"
	else
		echo FAILED
		echo "$out" | tail -n 40
		failed=1
	fi
done < <(grep -rn --include='*_test.go' '^func Fuzz' . | sed 's|^\./||; s|:func \(Fuzz[A-Za-z0-9]*\).*|:\1|' | sort)
exit "$failed"
