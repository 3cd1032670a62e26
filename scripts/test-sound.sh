#!/usr/bin/env bash
# The sound of the room through real parts: sox measures what hubd sound render writes, and what comes out at the far end of a
# Snapcast server and of aplay. hub/soundparts_test.go lists what is checked there.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/need.sh
need sox sox
need snapserver snapserver
need snapclient snapclient
need aplay alsa-utils
hubd=$PWD/bin/hubd
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

# stat NAME FILE [EFFECT…]: one figure of sox's stats, both channels together.
stat() {
	local name=$1 file=$2
	shift 2
	sox "$file" -n "$@" stats 2>&1 | awk -v name="$name" 'index($0, name) == 1 { sub(name, ""); print $1 }'
}

# within VALUE LOW HIGH WORDS
within() {
	awk -v v="$1" -v lo="$2" -v hi="$3" 'BEGIN { exit !(v >= lo && v <= hi) }' || fail "$4: $1, wanted is $2 to $3"
}

cat >"$dir/config.yaml" <<YAML
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main}}
wearers: [{id: a, share: none, pulse: {chip: adc, channel: 0, kind: ppg}}]
room:
  scenes:
    rain: {sound: {bed: rain, level_db: -42}}
    hum: {sound: {hum_hz: 130, level_db: -42}}
    breath: {sound: {bed: noise, level_db: -36, swell_db: 6}, pace: {breaths_per_min: 6}}
    all: {sound: {bed: rain, level_db: -20, swell_db: 6, hum_hz: 110}, pace: {breaths_per_min: 7}}
YAML

echo "scene      LUFS   RMS dB  peak dB  DC        flat     loudest step inside / at the seam"
for scene in settled engaged activated withdrawn neutral base rain hum breath all; do
	wav=$dir/$scene.wav
	said=$("$hubd" sound render --scene "$scene" --config "$dir/config.yaml" --minutes 1 "$wav" | tail -n 1)
	lufs=$(sed 's/.*loudness \([-0-9.]*\) LUFS.*/\1/' <<<"$said")
	rms=$(stat 'RMS lev dB' "$wav")
	peak=$(stat 'Pk lev dB' "$wav")
	dc=$(stat 'DC offset' "$wav")
	flat=$(stat 'Flat factor' "$wav")
	# The derivative shows a click: one frame against the one before, over the loop played twice, and over the seam alone.
	sox "$wav" "$wav" "$dir/twice.wav"
	inside=$(stat 'Pk lev dB' "$wav" biquad 1 -1 0 1 0 0)
	middle=$(sox --i -s "$wav")
	seam=$(stat 'Pk lev dB' "$dir/twice.wav" biquad 1 -1 0 1 0 0 trim "$((middle - 48))s" 96s)
	printf '%-10s %-6s %-7s %-8s %-9s %-8s %s / %s dB\n' "$scene" "$lufs" "$rms" "$peak" "$dc" "$flat" "$inside" "$seam"
	within "$dc" -0.0005 0.0005 "$scene: DC"
	within "$peak" -60 -1 "$scene: peak"
	within "$seam" -120 "$inside" "$scene: step at the seam"
done

out=$dir/test.log
HUBD_BINARY=$hubd HUBD_SOUND=$dir ${GO:-go} test -count=1 -timeout 10m -run 'TestSoundThrough' -v ./hub | tee "$out" || failed=1
[ "$(grep -c -- '--- PASS: TestSoundThrough' "$out")" = 3 ] || fail "not every player was heard"
for far in snapcast aplay; do
	raw=(-t raw -r 48000 -e signed -b 16 -c 2 "$dir/$far.raw")
	[ -s "$dir/$far.raw" ] || continue
	printf '%-10s peak %s dB, DC %s at the far end\n' "$far" \
		"$(sox "${raw[@]}" -n stats 2>&1 | awk '/^Pk lev dB/ { print $4 }')" "$(sox "${raw[@]}" -n stats 2>&1 | awk '/^DC offset/ { print $3 }')"
done
exit $failed
