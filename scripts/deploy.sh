#!/usr/bin/env bash
# Builds the package that a Pi needs and installs it there: deploy.sh USER@HOST. It asks the Pi what it is. HUBD_SSH and HUBD_SCP stand in
# for ssh and scp.
set -euo pipefail
cd "$(dirname "$0")/.."

host=${1:-}
if [ -z "$host" ]; then
	echo "deploy.sh: which Pi? make deploy HOST=pi@bedroom.local" >&2
	exit 2
fi
ssh=${HUBD_SSH:-ssh}
arch=$($ssh "$host" dpkg --print-architecture)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
package=$(./scripts/deb.sh "$folder" "$arch")
${HUBD_SCP:-scp} -q "$package" "$host:/tmp/hubd.deb"
$ssh "$host" 'sudo apt-get install -y --allow-downgrades /tmp/hubd.deb && rm /tmp/hubd.deb && hubd version && { systemctl --no-pager --lines 5 status hubd || true; }'
