#!/usr/bin/env bash
# hubd's payloads for zigbee2mqtt through the real converters, for every light they know. mqtt/device/converters_test.go lists what is checked.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
need node nodejs
need npm npm
version=26.112.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hubd/zigbee-$version
package=zigbee-herdsman-converters
if [ ! -f "$cache/node_modules/$package/package.json" ]; then
	echo "installing $package $version (once, into $cache)"
	mkdir -p "$cache"
	npm install --prefix "$cache" --ignore-scripts --no-audit --no-fund --loglevel error "$package@$version" >"$cache/npm.log" 2>&1 ||
		skip "npm could not install $package $version: $(tail -n 1 "$cache/npm.log")"
fi
out=$(mktemp)
trap 'rm -f "$out"' EXIT
HUBD_ZIGBEE=$cache ${GO:-go} test -count=1 -timeout 15m -run TestZigbeeConverters -v ./mqtt/device | tee "$out"
grep -q -- '--- PASS: TestZigbeeConverters' "$out" || { echo "the test with the converters did not run"; exit 1; }
