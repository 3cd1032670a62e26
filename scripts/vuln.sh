#!/usr/bin/env bash
# govulncheck over all of hubd, as it is called. It needs the Go vulnerability database: https://vuln.go.dev, or a copy of it in the
# folder that GOVULNDB names (scripts/vulndb.py makes one from a clone of golang/vulndb).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh

db=${GOVULNDB:-https://vuln.go.dev}
case $db in
http*) curl -sSf -m 20 -o /dev/null "$db/index/modules.json" 2>/dev/null || skip "$db cannot be reached; GOVULNDB=file:///FOLDER names a copy" ;;
esac
${GO:-go} tool -modfile=tools/go.mod govulncheck -db "$db" ./...
