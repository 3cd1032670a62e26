"""Makes the folder that GOVULNDB needs from a clone of golang/vulndb: vulndb.py CLONE FOLDER [REVISION].

The database's schema: https://go.dev/doc/security/vuln/database. Only the entries and the index of modules are read by govulncheck.
"""

import json
import os
import pathlib
import subprocess
import sys
import tarfile


def entries(clone, revision):
    """The OSV entries of a revision."""
    archive = subprocess.Popen(["git", "-C", clone, "archive", revision, "data/osv"], stdout=subprocess.PIPE)
    with tarfile.open(fileobj=archive.stdout, mode="r|") as tar:
        for member in tar:
            if member.name.endswith(".json"):
                yield json.load(tar.extractfile(member))
    if archive.wait() != 0:
        sys.exit(f"vulndb.py: {clone} has no data/osv at {revision}")


def committed(clone, revision):
    """When a revision was made, in UTC: a clone says of no entry when it was modified, and of most not when it was published."""
    say = ["git", "-C", clone, "log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd", revision]
    return subprocess.run(say, env={**os.environ, "TZ": "UTC"}, check=True, capture_output=True, text=True).stdout.strip()


def fixed(affected):
    """The newest version that mends a module, without its v."""
    events = [e for r in affected.get("ranges", []) for e in r["events"]]
    return next((e["fixed"] for e in reversed(events) if "fixed" in e), "")


def main(clone, folder, revision="HEAD"):
    folder = pathlib.Path(folder)
    (folder / "ID").mkdir(parents=True, exist_ok=True)
    (folder / "index").mkdir(exist_ok=True)
    modules, ids, modified = {}, [], committed(clone, revision)
    for entry in entries(clone, revision):
        (folder / "ID" / f"{entry['id']}.json").write_text(json.dumps(entry))
        ids.append({"id": entry["id"], "modified": entry["modified"], "aliases": entry.get("aliases", [])})
        for affected in entry["affected"]:
            module = modules.setdefault(affected["package"]["name"], {})
            module[entry["id"]] = {"id": entry["id"], "modified": entry["modified"], "fixed": fixed(affected)}
    index = [{"path": path, "vulns": list(vulns.values())} for path, vulns in sorted(modules.items())]
    for name, content in {"db": {"modified": modified}, "modules": index, "vulns": sorted(ids, key=lambda v: v["id"])}.items():
        (folder / "index" / f"{name}.json").write_text(json.dumps(content))
    print(f"{len(ids)} entries, as of {modified}, in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
