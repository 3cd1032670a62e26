#!/usr/bin/env bash
# hubd beside NeuroKit2, HeartPy and pyPPG on the same recordings: accuracy and processor time. Settings: docs/accuracy.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
export PYTHONDONTWRITEBYTECODE=1 HUBD_DATA=${HUBD_DATA:-../shared/data} HUBD_SCORE=${HUBD_SCORE:-../shared/score/score.py}
need_recordings "$HUBD_DATA" "$HUBD_SCORE"
HUBD_DATA=$(cd "$HUBD_DATA" && pwd) # Go's tests run in other folders
need_packages bin/python-peers scripts/requirements-peers.txt
exec bin/python-peers/bin/python scripts/peers.py "$@"
