#!/usr/bin/env bash
# EDF+ files of hubd, opened by pyedflib: every value comes back within one quantisation step. The recordings of ../shared/data are tried
# too where they are here. HUBD_PYTHON names a Python that has pyedflib; without it one is made in bin/python-edf. Where that Python has NeuroKit2 too,
# it must find as many heartbeats in the EDF file as in the recording. --browser also opens a file in EDFbrowser, on a screen that nobody sees.
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
"$python" scripts/edf.py bin/hubd "${HUBD_DATA:-../shared/data}"
case " $* " in *" --browser "*) ;; *) exit 0 ;; esac

need edfbrowser edfbrowser
need Xvfb xvfb
need xdotool xdotool
place=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$place"' EXIT
awk 'BEGIN { print "t_s,ecg_mv,ppg"; for (i = 0; i < 6000; i++) printf "%.3f,%.4f,%.4f\n", i / 100, (i % 80 == 0), sin(i / 13) }' >"$place/drawn.csv"
bin/hubd export --capture "$place/drawn.csv" --format edf >"$place/drawn.edf"
export DISPLAY=:${HUBD_DISPLAY:-91} HOME=$place
Xvfb "$DISPLAY" -screen 0 1280x800x24 >/dev/null 2>&1 &
sleep 2
edfbrowser "$place/drawn.edf" >"$place/log" 2>&1 &
titles() { for w in $(xdotool search --name . 2>/dev/null); do xdotool getwindowname "$w" 2>/dev/null || true; done | sort -u; }
for _ in $(seq 60); do
	case "$(titles)" in *"drawn.edf - EDFbrowser"*)
		echo "EDFbrowser opens it: $(titles | tr '\n' ',')"
		exit 0
		;;
	esac
	sleep 1
done
echo "FAILED: EDFbrowser did not open it: $(titles | tr '\n' ',')"
exit 1
