#!/usr/bin/env bash
# Builds the package that a Pi needs and installs it there: deploy.sh USER@HOST. It asks the Pi what it is. HUBD_SSH and HUBD_SCP stand in
# for ssh and scp.
set -euo pipefail
cd "$(dirname "$0")/.."

host=${1:-}
case $host in
"" | -* | *[[:space:]]*)
	echo "deploy.sh: \"$host\": which Pi? make deploy HOST=pi@bedroom.local" >&2
	exit 2
	;;
esac
ssh=${HUBD_SSH:-ssh}
arch=$($ssh "$host" dpkg --print-architecture)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
package=$(./scripts/deb.sh "$folder" "$arch")
${HUBD_SCP:-scp} -q "$package" "$host:/tmp/hubd.deb"
# A config that was changed there stays as it is, without a question that nobody may be there to answer.
$ssh "$host" 'sudo apt-get install -o Dpkg::Options::=--force-confold -y --allow-downgrades /tmp/hubd.deb && rm /tmp/hubd.deb && hubd version && { systemctl --no-pager --lines 5 status hubd || true; }'
