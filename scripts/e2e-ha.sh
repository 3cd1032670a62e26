#!/usr/bin/env bash
# hubd beside the real Home Assistant and a real mosquitto, all on loopback. scripts/e2e_ha lists what is checked. At the same time
# two tests of hub/ run in full: a broker that is killed 200 times, and the rows that a night makes in Home Assistant's recorder.
#
# The first run makes a Debian with Python and Home Assistant in ${HUBD_CACHE:-$HOME/.cache/hubd}/home-assistant: about 2 GB.
# --pictures also takes the pictures of docs/pictures, with Chromium; --only "PART…" runs a part; HUBD_E2E_KEEP=FOLDER keeps the logs there.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/need.sh
. scripts/home-assistant.sh

root=$(cache_folder)
need_home_assistant "$root"
case " $* " in *" --pictures "*) need_chromium "$root" ;; esac

need mosquitto mosquitto
need mosquitto_passwd mosquitto
aside=$(mktemp -d)
${GO:-go} test -c -o "$aside/hub.test" ./hub
(cd hub && export HUBD_KILLS=${HUBD_KILLS:-200} && exec nice -n 10 "$aside/hub.test" -test.v -test.run 'TestMosquittoIsKilled|TestANight' -night-hours 8) \
	>"$aside/log" 2>&1 &
tests=$!

place=$(mktemp -d "$root/srv/hubd.XXXXXX")
trap 'kill "$tests" 2>/dev/null || true; rm -rf "$place" "$aside"' EXIT
cp bin/hubd "$place/"
cp -r scripts/e2e_ha "$place/"
if [ -d "${HUBD_HOMEASSISTANT:-homeassistant}" ]; then cp -r "${HUBD_HOMEASSISTANT:-homeassistant}" "$place/homeassistant"; fi

status=0
inside "$root" "${place#"$root"}" /opt/ha/bin/python -m e2e_ha "$@" || status=$?
echo
echo "a broker killed again and again, and a night's rows:"
wait "$tests" || status=1
grep -E 'kills in|rows|^ +recorder_test.go|--- ' "$aside/log"
if [ "$status" = 1 ]; then tail -n 40 "$aside/log"; fi
if [ -n "${HUBD_E2E_KEEP:-}" ]; then mkdir -p "$HUBD_E2E_KEEP" && cp "$place"/*.log "$aside/log" "$HUBD_E2E_KEEP/"; fi
if [ -d "$place/pictures" ]; then cp "$place"/pictures/*.png docs/pictures/; fi
exit "$status"
