#!/usr/bin/env bash
# What hubd costs: two wearers with everything on, against a real mosquitto, on simulated chips. Prints memory that no file backs, processor
# time, size, open files, and the time from its start to the first sample, each beside its target; exits 1 where one is missed.
#
# SECONDS_LONG=120 is how long it looks. hubd gets the processor and the timers that systemd/hubd.service gives it; SERVICE= starts it without them.
# The chips and bodies are simulated by the same process, so its processor time is more than a real hub's.
#
# Much of that time is the price of waking up: a sample is taken at its instant, 275 times a second here. What the machine takes for that alone is
# printed beside it, since machines differ in it, and a virtual one from one hour to the next.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
. scripts/need.sh
need mosquitto mosquitto
need taskset util-linux

place=$(mktemp -d)
pipe= # in memory where the machine has a place for that, as a Pi's /tmp is, where Snapcast makes its own
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
children=()
# shellcheck disable=SC2317
end() {
	kill "${children[@]}" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$place" "$pipe"
}
trap end EXIT
pipe=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
sed "s|@PORT@|$port|; s|@PLACE@|$place|; s|@PIPE@|$pipe/sound|" scripts/footprint.yaml >"$place/config.yaml"
mkfifo "$pipe/sound"
mosquitto -p "$port" >/dev/null 2>&1 &
children+=($!)
cat "$pipe/sound" >/dev/null &
children+=($!)
until bash -c ": </dev/tcp/127.0.0.1/$port" 2>/dev/null; do sleep 0.1; done

# What the service has: a processor, and how many ms its timers may be late.
unit=${SERVICE-systemd/hubd.service} pinned=() slack=
if [ -n "$unit" ]; then
	pinned=(taskset -c "$(sed -n 's/^CPUAffinity=//p' "$unit")")
	slack=$(sed -n 's/^TimerSlackNSec=\(.*\)ms$/\1/p' "$unit")
	: "${slack:?"$unit" says no TimerSlackNSec in ms}"
fi
# start COMMAND…: in the place of this shell, as the service is started; the time of it goes into a file.
start() {
	exec "${pinned[@]}" python3 - "$slack" "$place/began" "$@" <<'PROGRAM'
import ctypes, os, sys, time
slack, began, command = sys.argv[1], sys.argv[2], sys.argv[3:]
if slack:
    ctypes.CDLL(None).prctl(29, ctypes.c_ulong(int(slack) * 1_000_000))  # PR_SET_TIMERSLACK
open(began, 'w').write(f'{time.time()}')
os.execv(command[0], command)
PROGRAM
}
start ./bin/hubd run --config "$place/config.yaml" --socket "$place/s" --simulate two-people 2>"$place/log" &
hubd=$!
children+=("$hubd")
for _ in $(seq 300); do
	grep -q 'first samples' "$place/log" && break
	sleep 0.1
done
first=$(sed -n 's/^time=\([^ ]*\) .*first samples.*/\1/p' "$place/log" | head -n 1)
./bin/hubd start together --wearer a --socket "$place/s" >/dev/null
./bin/hubd start together --wearer b --socket "$place/s" >/dev/null
sleep 20 # until everything that is made at the start is made

ticks() { awk '{ print $14 + $15 }' "/proc/$hubd/stat"; }
length=${SECONDS_LONG:-120}
before=$(ticks)
most=0
for _ in $(seq "$length"); do
	sleep 1
	now=$(awk '/^RssAnon/ { print $2 }' "/proc/$hubd/status")
	if [ "$now" -gt "$most" ]; then most=$now; fi
done
used=$(($(ticks) - before))

# bare_wakeups prints what 275 wake-ups a second cost that do nothing, in % of a core.
bare_wakeups() {
	"${pinned[@]}" python3 - <<'PROGRAM'
import resource, time
rate, seconds = 275, 10
before, due = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
for _ in range(rate * seconds):
    due += 1 / rate
    time.sleep(max(0, due - time.monotonic()))
after = resource.getrusage(resource.RUSAGE_SELF)
print(100 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds)
PROGRAM
}

missed=0
# line NAME VALUE UNIT TARGET
line() {
	local verdict=reached
	if ! awk "BEGIN { exit !($2 <= $4) }"; then verdict=missed missed=1; fi
	printf '%-34s %8.2f %-4s target %6s  %s\n' "$1" "$2" "$3" "$4" "$verdict"
}
line "memory no file backs (RssAnon)" "$(awk "BEGIN { print $most / 1024 }")" MiB 30
line "processor time of one core" "$(awk "BEGIN { print 100 * $used / $(getconf CLK_TCK) / $length }")" % 2
printf '%-34s %8.2f %%\n' "  275 wake-ups a second for nothing" "$(bare_wakeups)"
line "the program, stripped" "$(awk "BEGIN { print $(stat -c %s bin/hubd) / 1e6 }")" MB 15
line "from the start to the first sample" "$(awk "BEGIN { print $(date -d "$first" +%s.%N) - $(<"$place/began") }")" s 1
printf 'open files %s, threads %s, log lines %s\n' "$(ls "/proc/$hubd/fd" | wc -l)" "$(awk '/^Threads/ { print $2 }' "/proc/$hubd/status")" "$(wc -l <"$place/log")"
exit "$missed"
