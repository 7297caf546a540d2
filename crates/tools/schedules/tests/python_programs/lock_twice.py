"""A method that holds the lock calls another that takes it, too: but a Lock is no RLock."""

import threading

lock = threading.Lock()
lines = []


def size():
    with lock:
        return len(lines)


def add(line):
    with lock:
        lines.append(f"{size()} {line}")


print("size", size())
add("hello")
print("size", size())
