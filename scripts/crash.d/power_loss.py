# SPDX-License-Identifier: Apache-2.0
"""Images that a power failure can leave, made from a recorded run.

The model is harsher than any file system of today: of everything not synced, each write and each
directory entry is there or not as chance has it, whatever came before or after, and a write may be
torn at 512 bytes. Syncing a file keeps its bytes and size, not its name; syncing a directory keeps
the names in it.
"""

import re
from pathlib import Path

SECTOR = 512
CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,link,unlink,mkdir,rmdir"


def tracing(log):
    """The options with which strace records what an image is made of."""
    return ["-y", "-xx", "-s", str(1 << 24), "-o", log, "-e", f"trace={CALLS}"]


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


class File:
    """Bytes that are durable, and what was done to them since."""

    def __init__(self, content=b""):
        self.durable = content
        self.pending = []

    def synced(self):
        for change in self.pending:
            self.durable = change(self.durable, len(self.durable))
        self.pending = []

    def after_failure(self, chance):
        content = self.durable
        for change in self.pending:
            if chance.random() < 0.5:
                continue
            content = change(content, None if chance.random() < 0.3 else 0, chance)
        return content


def writing(data, offset):
    def change(content, _whole=None, chance=None):
        bytes_ = data
        if chance is not None and _whole is None and len(data) > 1:
            # Torn: an end at a sector's border, as a disk stops.
            cut = chance.randrange(0, len(data) // SECTOR + 1) * SECTOR
            bytes_ = data[:cut]
        if not bytes_:
            return content
        padded = content.ljust(offset, b"\0")
        return padded[:offset] + bytes_ + padded[offset + len(bytes_):]
    return change


def cutting(size):
    return lambda content, *_: content[:size].ljust(size, b"\0")


class Recording:
    """The calls of a run, in order, with the bytes that they wrote."""

    def __init__(self, log, root):
        self.root = str(root)
        self.steps = []
        for line in Path(log).read_text(errors="replace").splitlines():
            step = self.step(unescape_line(line))
            if step:
                self.steps.append(step)

    def step(self, call):
        if call is None:
            return None
        name, arguments, result = call
        if name == "openat" and ("O_CREAT" in arguments or "O_TRUNC" in arguments):
            path = self.inside(quoted(arguments)[0])
            return path and ("create", path, "O_TRUNC" in arguments, "O_APPEND" in arguments)
        if name in ("write", "pwrite64"):
            path = self.inside(descriptor(arguments))
            data = quoted_bytes(arguments)
            if path is None:
                return None
            if path == "said":
                return ("tell", data)
            offset = int(arguments.rsplit(",", 1)[1]) if name == "pwrite64" else None
            return ("write", path, data[:result], offset)
        if name in ("fsync", "fdatasync"):
            path = self.inside(descriptor(arguments))
            return path is not None and ("sync", path)
        if name == "ftruncate":
            path = self.inside(descriptor(arguments))
            return path and ("cut", path, int(arguments.rsplit(",", 1)[1]))
        paths = [self.inside(path) for path in quoted(arguments)]
        if paths and all(path is not None for path in paths):
            return (name, *paths)
        return None

    def inside(self, path):
        if path == self.root:
            return ""
        return path[len(self.root) + 1:] if path.startswith(self.root + "/") else None

    def image(self, chance, folder):
        """Plays the run up to a random point and leaves in `folder`, which holds what the run
        began with, what a power failure there may leave, and in `said` what had been told."""
        disk = Disk(folder)
        told = b""
        for step in self.steps[:chance.randrange(len(self.steps) + 1)]:
            if step[0] == "tell":
                told += step[1]
            else:
                disk.play(step)
        disk.fail(chance)
        (folder / "said").write_bytes(told)


class Disk:
    """Files and names, as they are for processes and as they are on the disk."""

    def __init__(self, folder):
        self.folder = folder
        self.names, self.durable_names = {}, {}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            self.names[name] = "folder" if path.is_dir() else File(path.read_bytes())
        self.names[""] = "folder"
        self.durable_names = dict(self.names)
        self.ends = {}

    def play(self, step):
        kind, path = step[0], step[1]
        if kind == "create":
            if path not in self.names:
                self.names[path] = File()
            elif step[2]:
                self.names[path].pending.append(cutting(0))
            self.ends[path] = 0
        elif kind == "write":
            offset = step[3] if step[3] is not None else self.ends.get(path, 0)
            if step[3] is None:
                self.ends[path] = offset + len(step[2])
            self.names[path].pending.append(writing(step[2], offset))
        elif kind == "cut":
            self.names[path].pending.append(cutting(step[2]))
        elif kind == "sync":
            if self.names[path] == "folder":
                self.sync_folder(path)
            else:
                self.names[path].synced()
        elif kind == "mkdir":
            self.names[path] = "folder"
        elif kind in ("unlink", "rmdir"):
            self.names.pop(path, None)
        elif kind == "link":
            self.names[step[2]] = self.names[path]
        elif kind == "rename":
            self.names[step[2]] = self.names.pop(path)

    def sync_folder(self, folder):
        for name in [name for name in self.durable_names if parent(name) == folder]:
            if name not in self.names:
                del self.durable_names[name]
        for name, node in self.names.items():
            if name and parent(name) == folder:
                self.durable_names[name] = node

    def fail(self, chance):
        left = {}
        for name in sorted(set(self.names) | set(self.durable_names)):
            now, kept = self.names.get(name), self.durable_names.get(name)
            node = kept if now is kept or chance.random() < 0.5 else now
            if node is not None and (not name or parent(name) in left):
                left[name] = node
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if str(path.relative_to(self.folder)) not in left:
                path.rmdir() if path.is_dir() else path.unlink()
        contents = {}
        for name, node in left.items():
            path = self.folder / name
            if node == "folder":
                path.mkdir(exist_ok=True)
            elif not name.endswith("-shm"):
                # One draw for each file, however many names it has.
                if id(node) not in contents:
                    contents[id(node)] = node.after_failure(chance)
                path.write_bytes(contents[id(node)])


def parent(name):
    return name.rpartition("/")[0]


def unescape_line(line):
    """The call's name, its arguments as they stand, and what it returned; None where it failed."""
    found = re.match(r"\d+ +(\w+)\((.*)\) += (\d+)", line)
    return (found[1], found[2], int(found[3])) if found else None


def quoted(arguments):
    return [unescape(text) for text in re.findall(r'"([^"]*)"', arguments)]


def quoted_bytes(arguments):
    text = re.search(r'"([^"]*)"', arguments)[1]
    return bytes.fromhex(text.replace("\\x", ""))


def descriptor(arguments):
    found = re.match(r"\d+<([^>]*)>", arguments)
    return unescape(found[1]) if found else ""
