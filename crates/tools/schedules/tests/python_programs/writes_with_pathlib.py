"""Writes a file, by way of pathlib."""

import pathlib
import threading

path = pathlib.Path("notes.txt")


def write():
    path.write_text("from a thread")


t = threading.Thread(target=write)
t.start()
t.join()
print(path.read_text())
