#!/usr/bin/env bash
# links.sh PACKAGE…: every relative link of the pages in a Debian package leads to something in that package. Needs no root.
set -euo pipefail
. "$(dirname "$0")/need.sh"
need dpkg-deb dpkg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# links PAGE: what its links and pictures name, without what is elsewhere in the world or on the page itself.
links() { grep -oE '\]\([^) ]+|(src|href)="[^"]+' "$1" | sed -E 's/^(\]\(|(src|href)=")//; s/#.*//' | grep -vE '^$|^[a-z]+:' || true; }

for package in "$@"; do
	root=$work/${package##*/} dead=0 all=0
	dpkg-deb -x "$package" "$root"
	while read -r page; do
		while read -r link; do
			all=$((all + 1))
			to=$(realpath -e "$(dirname "$page")/$link" 2>/dev/null) && [[ $to == "$root"/* ]] && continue
			dead=$((dead + 1))
			echo "FAIL ${package##*/}: ${page#"$root"} links to $link, which is not in the package"
		done < <(links "$page")
	done < <(find "$root/usr/share/doc" -name '*.md')
	[ "$dead" = 0 ] && [ "$all" -gt 0 ] || exit 1
	echo "ok   ${package##*/}: each of the $all links of its pages leads to something"
done
