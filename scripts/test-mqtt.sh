#!/usr/bin/env bash
# hubd run against a real mosquitto on loopback: hub/mosquitto_test.go lists what is checked; mosquitto_pause_test.go measures pauses
# out of a breathing practice, mosquitto_crash_test.go kills the hub in the middle of a scene. HUBD_PAUSES and HUBD_CRASHES say how often.
# mosquitto_acl_test.go tries homeassistant/mosquitto.acl.example, mosquitto_kills_test.go kills the broker HUBD_KILLS times.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
. scripts/need.sh
need mosquitto mosquitto
need mosquitto_passwd mosquitto
out=$(mktemp)
trap 'rm -f "$out"' EXIT
HUBD_BINARY=$PWD/bin/hubd HUBD_KILLS=${HUBD_KILLS:-20} ${GO:-go} test -count=1 -timeout 30m -parallel 50 -run TestMosquitto -v ./hub | tee "$out"
grep -q -- '--- PASS: TestMosquitto ' "$out" || { echo "the test with mosquitto did not run"; exit 1; }
