#!/usr/bin/env bash
# The page in a real Chromium: every view on a phone and on a desk, a pause by touch, a practice in step, two wearers with different
# shares, a restart of the daemon, axe-core, figures, and rude clients. --picture also takes the pictures of docs/pictures.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
need chromium chromium
need node nodejs
need npm npm
playwright=1.65.1
axe=4.14.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hubd/page-$playwright-$axe
if [ ! -f "$cache/node_modules/axe-core/axe.min.js" ] || [ ! -d "$cache/node_modules/playwright-core" ]; then
	echo "installing playwright-core $playwright and axe-core $axe (once, into $cache)"
	mkdir -p "$cache"
	npm install --prefix "$cache" --ignore-scripts --no-audit --no-fund --loglevel error "playwright-core@$playwright" "axe-core@$axe" >"$cache/npm.log" 2>&1 ||
		skip "npm could not install them: $(tail -n 1 "$cache/npm.log")"
fi
HUBD_PAGE_MODULES=$cache/node_modules HUBD_CHROMIUM=$(command -v chromium) node scripts/page/main.mjs "$@"
