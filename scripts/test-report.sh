#!/usr/bin/env bash
# The reports of the tests in headless Chromium: nothing on its console, and a PDF as it is printed.
# --picture also takes docs/pictures/report.png.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
need chromium chromium
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
failed=0

# browser PAGE FLAG…: opens a page and gives what Chromium has to say about it.
browser() {
	local page=$1
	shift
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --hide-scrollbars --user-data-dir="$place/profile" --enable-logging=stderr "$@" "file://$page" 2>&1
}

for name in session week; do
	page=$PWD/report/testdata/$name.html
	browser "$page" --window-size=900,2000 --screenshot="$place/$name.png" >"$place/log" || failed=1
	browser "$page" --no-pdf-header-footer --print-to-pdf="$place/$name.pdf" >>"$place/log" || failed=1
	if grep CONSOLE "$place/log"; then
		echo "FAILED: $name.html: the console is not empty"
		failed=1
	elif [ -s "$place/$name.png" ] && [ -s "$place/$name.pdf" ]; then
		echo "$name.html, $(stat -c %s "$page") bytes: drawn and printed, nothing on the console"
	else
		echo "FAILED: $name.html was not drawn"
		tail -n 20 "$place/log"
		failed=1
	fi
done
case " $* " in *" --picture "*)
	browser "$PWD/report/testdata/session.html" --window-size=820,1450 --screenshot="$PWD/docs/pictures/report.png" >/dev/null
	;;
esac
exit "$failed"
