#!/bin/bash
# Runs as a service on the emulated machine, after its start. The first time it installs hubd and abuses it; hubd is then paused, and the
# machine loses its power. The second time it looks whether hubd is paused again. Every line goes to the console.
set -uo pipefail
. /test/report.sh
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin

key=/etc/credstore/hubd.history-key

prop() { systemctl show -P "$1" hubd.service; }
active() { [ "$(systemctl is-active hubd)" = active ]; }
again() { active && [ "$(prop MainPID)" != "$1" ]; }
fed_after() { [ "$(prop WatchdogTimestampMonotonic)" -gt "$1" ]; }

# status: how hubd says it is, from its local socket.
status() {
	perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, sockaddr_un("/run/hubd/hubd.sock")) or die $!;
		syswrite $s, "GET /api/status HTTP/1.0\r\nHost: hubd\r\n\r\n"; local $/; print <$s>'
}
# wearer_is ID STATUS
wearer_is() { status | grep -q "\"$1\",\"status\":\"$2\""; }
# wearer_keeps: nothing is wrong with what is stored. Without its key it would be locked.
wearer_keeps() { status | grep -q '"storage":{"settings":null,"history":null,"file":"/var/lib/hubd/history.db"}'; }
# in_unit COMMAND…: as root, but in the unit's control group, where its rules on devices hold.
in_unit() { (echo "$BASHPID" >/sys/fs/cgroup/system.slice/hubd.service/cgroup.procs && exec "$@"); }
# listening: what takes connections or packets, as the kernel writes it: address:port in hexadecimal.
listening() { awk '$4 == "0A" || FILENAME ~ /udp/ && FNR > 1 { print $2 }' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6; }

installed() {
	check "it installs on a running system" dpkg -i /test/hubd.deb
	check "an installation starts nothing" no active
	check "nothing is enabled" no systemctl is-enabled --quiet hubd
	install -m 640 -g hubd /test/bad.yaml /etc/hubd/config.yaml
	check "a config with a mistake does not start" no systemctl start hubd
	same "a config with a mistake ends with 78" 78 "$(prop ExecMainStatus)"
	sleep 7
	same "and is not tried again" "failed 0" "$(systemctl is-failed hubd) $(prop NRestarts)"
	install -m 640 -g hubd /test/config.yaml /etc/hubd/config.yaml
	install -d -m 700 /etc/credstore
	check "a key is made, for root alone" hubd history key "$key"
	mkdir -p /etc/systemd/system/hubd.service.d
	printf '[Service]\nExecStart=\nExecStart=/usr/bin/hubd run --config /etc/hubd/config.yaml --simulate two-people\n' >/etc/systemd/system/hubd.service.d/simulated.conf
	systemctl daemon-reload
}

started() {
	check "it starts, and says when it is ready" systemctl enable --now hubd
	check "it is active" active
	check "its status tells of sources and broker" soon 20 sh -c 'systemctl show -P StatusText hubd | grep -q "1 of 1 sources answer; broker: none configured"'
	local fed
	fed=$(prop WatchdogTimestampMonotonic)
	check "the watchdog is fed" soon 40 fed_after "$fed"
	same "the key is root's" "600 root:root" "$(stat -c '%a %U:%G' "$key")"
	check "and has reached hubd: history is open" wearer_keeps
	check "the unit is exposed 1.6 at most" exposed_little hubd.service
	check "its log has fields of its own in the journal" sh -c 'journalctl -u hubd -o json | grep -q HUBD_VERSION'
}

hardened() {
	check "root outside may open /dev/mem" sh -c ': </dev/mem'
	check "the unit may not open /dev/mem" no in_unit sh -c ': </dev/mem'
	check "the unit may not open the disk" no in_unit sh -c ': </dev/vda'
	check "the unit may open GPIO lines" in_unit sh -c ': </dev/gpiochip0'
	same "GPIO lines belong to their group" "660 gpio" "$(stat -c '%a %G' /dev/gpiochip0)"
	same "no core file" "0" "$(awk '/core file/ { print $5 }' "/proc/$(prop MainPID)/limits")"
	same "no capability" "0000000000000000" "$(awk '/CapBnd/ { print $2 }' "/proc/$(prop MainPID)/status")"
	same "it keeps to the first processor, and all of its threads" 0 "$(cat /proc/"$(prop MainPID)"/task/*/status | awk '/Cpus_allowed_list/ { print $2 }' | sort -u)"
	check "and is woken with others, but for a sample" soon 10 grep -qx 4000000 "/proc/$(prop MainPID)/timerslack_ns"
	same "it listens nowhere on the network, and on this machine where its page is" "0100007F:2120" "$(listening)" # 127.0.0.1:8480
	same "the socket is hubd's group's" "660 hubd:hubd" "$(stat -c '%a %U:%G' /run/hubd/hubd.sock)"
}

# The machine's clock is set a day on and a day back, since what hubd does goes by no date; then hubd gets no processor for half a minute.
times() {
	local pid fed by
	check "a, who is sensed always, is sensed" soon 60 wearer_is a online
	pid=$(prop MainPID)
	for by in '+1 day' '-2 days' '+1 day'; do
		date -s "$by" >/dev/null
		fed=$(prop WatchdogTimestampMonotonic)
		check "the watchdog is fed on when the clock is set by $by" soon 40 fed_after "$fed"
		check "and a is still sensed" soon 10 wearer_is a online
	done
	kill -STOP "$pid"
	sleep 30
	kill -CONT "$pid"
	check "half a minute without a processor is followed by an answer" soon 10 wearer_is a online
	fed=$(prop WatchdogTimestampMonotonic)
	check "and the watchdog is fed on" soon 40 fed_after "$fed"
	same "by the same process" "$pid 0" "$(prop MainPID) $(prop NRestarts)"
}

abused() {
	local pid
	check "somebody pauses" soon 60 hubd pause
	check "all are paused" soon 5 wearer_is a paused
	pid=$(prop MainPID)
	kill -9 "$pid"
	check "after kill -9 it is there again" soon 120 again "$pid"
	check "and still paused" soon 60 wearer_is a paused
	check "a resumes" soon 60 hubd resume --wearer a
	check "a is sensed again" soon 10 wearer_is a online
	pid=$(prop MainPID)
	kill -USR1 "$pid"
	check "a processing loop that hangs is noticed within two minutes" soon 120 again "$pid"
	check "by the watchdog" sh -c 'journalctl -u hubd | grep -q "Watchdog timeout"'
	check "and a is sensed" soon 60 wearer_is a online
	same "no core of it anywhere" "" "$(find / -xdev -name 'core*' -type f -newer /test/hubd.deb 2>/dev/null | grep -v -E '^/(usr|proc|sys)/' | head -n 1)"
	check "somebody pauses again" soon 60 hubd pause
	check "an upgrade restarts it" dpkg --force-confold -i /test/hubd-next.deb
	check "it is active after the upgrade" soon 60 active
	check "and still paused after the upgrade" soon 60 wearer_is a paused
	sync # of this script's own lines, not of hubd's: those are on the disk already
}

{
	echo # systemd's own signs to a terminal stand on this line
	if [ ! -e /test/second ]; then
		installed
		started
		hardened
		times
		abused
		touch /test/second && sync /test/second
		echo "PART-1 failed $failed"
	else
		check "after a loss of power it starts by itself" soon 300 active
		check "and still paused after a loss of power" soon 60 wearer_is a paused
		check "it stops" systemctl stop hubd
		check "what was kept opens with the key, every row" sh -c "hubd history check /var/lib/hubd/history.db --key $key | grep -Eq 'every one of [1-9][0-9]* rows opens'"
		check "and starts again" systemctl start hubd
		check "it can be removed while it runs" dpkg --remove hubd
		check "nothing of it runs then" no sh -c 'grep -qx hubd /proc/[0-9]*/comm'
		[ "$failed" = 0 ] || journalctl -u hubd --no-pager -n 40
		echo "PART-2 failed $failed"
	fi
} >/dev/console 2>&1
sleep infinity
