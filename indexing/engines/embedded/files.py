"""Files that are replaced in one step and survive a crash, and files of arrays that are shared through memory maps."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and what vector instructions like
Stamp = tuple[int, int, int]


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, *parts: bytes | memoryview) -> None:
    """Write a new file and make its content durable."""
    path.unlink(missing_ok=True)  # never write into a file that somebody may have mapped
    with path.open("wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def replace_json(path: Path, value: Any) -> None:
    """Replace a JSON file: a reader sees the old content or the new one, also after a power cut."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    write_synced(beside, json.dumps(value, ensure_ascii=False).encode())
    beside.replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> Any:
    """The content, or None where there is no such file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def stamp_of(path: Path) -> Stamp | None:
    """What changes whenever a file is replaced; None where there is no file. Costs 2 µs."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays into one file: length of a JSON header, the header, then each array at its place in it."""
    header: dict[str, Any] = {}
    chunks: list[bytes | memoryview] = []
    end = 0
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        header[name] = {"dtype": flat.dtype.str, "shape": flat.shape, "at": end}
        chunks.append(flat.data.cast("B") if flat.size else b"")
        padding = -flat.nbytes % ALIGNMENT
        chunks.append(bytes(padding))
        end += flat.nbytes + padding
    encoded = json.dumps(header).encode()
    encoded += b" " * (-(8 + len(encoded)) % ALIGNMENT)
    write_synced(path, len(encoded).to_bytes(8, "little"), encoded, *chunks)


def map_arrays(path: Path) -> dict[str, Any]:
    """The arrays of a file as read-only views: every process that reads it shares the same memory.

    They stay readable while they live, also after the file is removed. Raises FileNotFoundError.
    """
    with path.open("rb") as file:
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(view[:8], "little")
    arrays = {}
    for name, place in json.loads(view[8 : 8 + length]).items():
        shape = tuple(place["shape"])
        count = int(np.prod(shape))
        dtype = np.dtype(place["dtype"])
        at = 8 + length + place["at"]
        flat = np.frombuffer(view, dtype, count, at) if count else np.zeros(0, dtype)
        arrays[name] = flat.reshape(shape)
    return arrays
