"""Is a file on a disk of this computer? File locks of network file systems cannot be trusted with a database."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = re.compile(
    r"^(nfs\d?|cifs|smb\w*|ncpfs|afs|ceph|9p|glusterfs|lustre|fuse\.(sshfs|glusterfs|ceph\S*|s3fs|rclone|davfs\S*)|davfs)$"
)


def network_file_system(path: Path, mounts: str | None = None) -> str | None:
    """The type of the network file system that holds `path` (nfs4, cifs, fuse.sshfs …), or None.

    `mounts`: the text of Linux's mountinfo, read from the system by default. Elsewhere nothing is known: None.
    """
    if mounts is None:
        if not MOUNTS.exists():
            return None
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    place = path.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        # mountinfo writes blanks and the like as octal (proc(5))
        point = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        # of two mounts on the same point the later one is on top
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split(" ")[0]
    return kind if NETWORK.match(kind) else None
