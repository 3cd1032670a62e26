#!/usr/bin/env bash
# hubd's figures beside the references. Recordings: ../shared/data or $HUBD_DATA; scorer: ../shared/score/score.py or $HUBD_SCORE.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
export PYTHONDONTWRITEBYTECODE=1 HUBD_DATA=${HUBD_DATA:-../shared/data} HUBD_SCORE=${HUBD_SCORE:-../shared/score/score.py}
need_recordings "$HUBD_DATA" "$HUBD_SCORE"
HUBD_DATA=$(cd "$HUBD_DATA" && pwd) # Go's tests run in other folders
need_packages bin/python scripts/requirements.txt
exec bin/python/bin/python scripts/accuracy.py "$@"
