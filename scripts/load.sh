#!/usr/bin/env bash
# Many hubs on one mosquitto, then on three NATS nodes behind a balancer, of which one is killed: scripts/load says what is measured, and starts them from
# the configs in docs/several-rooms. HUBS=1,10,100,1000 are the steps; more arguments are load's own (scripts/load -h): -shared, -seconds 60, …
# NATS is Debian's package, kept in ${HUBD_CACHE:-$HOME/.cache/hubd}/load and not installed; without it or without haproxy mosquitto alone is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
. scripts/need.sh
need mosquitto mosquitto
need mosquitto_passwd mosquitto
cache=${HUBD_CACHE:-$HOME/.cache/hubd}/load
# A hub is three open files here, its broker's and the balancer's among them.
ulimit -n 16384 2>/dev/null || ulimit -n "$(ulimit -Hn)"

# nats gives the path of nats-server, of this machine or out of the package; nothing where there is none.
nats() {
	command -v nats-server && return 0
	if [ ! -x "$cache/usr/sbin/nats-server" ] && command -v dpkg >/dev/null && command -v apt-get >/dev/null; then
		mkdir -p "$cache"
		(cd "$cache" && apt-get download -qq nats-server >/dev/null 2>&1 && dpkg -x nats-server_*.deb .) || true
	fi
	if [ -x "$cache/usr/sbin/nats-server" ]; then echo "$cache/usr/sbin/nats-server"; fi
}

server=$(nats)
command -v haproxy >/dev/null || debian haproxy
brokers=mosquitto,nats
if [ -z "$server" ] || ! command -v haproxy >/dev/null; then
	echo "mosquitto alone: the cluster needs Debian's packages nats-server and haproxy"
	brokers=mosquitto
fi
CGO_ENABLED=0 ${GO:-go} build -trimpath -o bin/load ./scripts/load
echo "$(mosquitto -h | head -n 1); ${server:+$("$server" --version); }$(nproc) processors, which the hubs share with their brokers"
./bin/load -brokers "${BROKERS:-$brokers}" -hubs "${HUBS:-1,10,100,1000}" -nats "${server:-none}" "$@"
