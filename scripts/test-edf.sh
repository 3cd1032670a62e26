#!/usr/bin/env bash
# EDF+ files of hubd, opened by pyedflib: every value comes back within one quantisation step. The recordings of ../shared/data are tried
# too where they are here. HUBD_PYTHON names a Python that has pyedflib; without it one is made in bin/python-edf.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
export PYTHONDONTWRITEBYTECODE=1
python=${HUBD_PYTHON:-}
if [ -z "$python" ]; then
	need_packages bin/python-edf scripts/requirements-edf.txt
	python=bin/python-edf/bin/python
fi
"$python" -c 'import numpy, pyedflib' 2>/dev/null || skip "$python has no pyedflib; install it there and run this again"
exec "$python" scripts/edf.py bin/hubd "${HUBD_DATA:-../shared/data}"
