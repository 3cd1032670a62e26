#!/usr/bin/env bash
# hubd run on simulated chips against a real mosquitto on loopback. hub/mosquitto_test.go lists what is checked; HUBD_KILLS says how
# often hub/mosquitto_kills_test.go kills the broker.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
. scripts/need.sh
need mosquitto mosquitto
need mosquitto_passwd mosquitto
out=$(mktemp)
trap 'rm -f "$out"' EXIT
HUBD_BINARY=$PWD/bin/hubd HUBD_KILLS=${HUBD_KILLS:-20} ${GO:-go} test -count=1 -run TestMosquitto -v ./hub | tee "$out"
grep -q -- "--- PASS: TestMosquitto " "$out" || { echo "the test with mosquitto did not run"; exit 1; }
