#!/usr/bin/env bash
# hubd's figures beside the references. Recordings: ../shared/data or $HUBD_DATA; scorer: ../shared/score or $HUBD_SCORE.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
data=${HUBD_DATA:-../shared/data}
score=${HUBD_SCORE:-../shared/score/score.py}
if [ ! -d "$data" ] || [ ! -f "$score" ]; then
	echo "skipped: no recordings at $data or no scorer at $score (set HUBD_DATA and HUBD_SCORE)"
	exit 0
fi
need python3 python3
python3 -c 'import numpy' 2>/dev/null || pip install -q numpy 2>/dev/null ||
	{ echo "skipped: python3 has no numpy; install python3-numpy"; exit 0; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for name in nk_rest_5min icu_a103l mitdb_100_10min nk_eventrelated pk_p11_baseline pk_p11_hard pk_p12_baseline pk_p12_hard \
	wesad_s06_session wesad_s11_session wesad_s14_session; do
	[ -f "$data/$name.csv.gz" ] || continue
	./bin/hubd replay "$data/$name.csv.gz" >"$out/$name.ndjson" 2>/dev/null || { echo "$name: replay failed"; continue; }
	echo "== $name"
	python3 "$score" "$data/$name.csv.gz" "$out/$name.ndjson"
done
