#!/usr/bin/env bash
# hubd beside the real Home Assistant and a real mosquitto, all on loopback. scripts/e2e_ha lists what is checked.
#
# The first run makes a Debian with Python and Home Assistant in ${HUBD_CACHE:-$HOME/.cache/hubd}/home-assistant: about 2 GB.
# --pictures also takes the pictures of docs/pictures, with Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/need.sh
. scripts/home-assistant.sh

root=$(cache_folder)
need_home_assistant "$root"
case " $* " in *" --pictures "*) need_chromium "$root" ;; esac

place=$(mktemp -d "$root/srv/hubd.XXXXXX")
trap 'rm -rf "$place"' EXIT
cp bin/hubd "$place/"
cp -r scripts/e2e_ha "$place/"
if [ -d "${HUBD_HOMEASSISTANT:-homeassistant}" ]; then cp -r "${HUBD_HOMEASSISTANT:-homeassistant}" "$place/homeassistant"; fi

status=0
inside "$root" "${place#"$root"}" /opt/ha/bin/python -m e2e_ha "$@" || status=$?
if [ -n "${HUBD_E2E_KEEP:-}" ]; then rm -rf "$HUBD_E2E_KEEP" && cp -r "$place" "$HUBD_E2E_KEEP"; fi
if [ -d "$place/pictures" ]; then cp "$place"/pictures/*.png docs/pictures/; fi
exit "$status"
