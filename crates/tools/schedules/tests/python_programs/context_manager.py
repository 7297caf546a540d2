"""A lock in a context manager of the program's own."""

import threading
from contextlib import contextmanager

lock = threading.Lock()
depth = 0


@contextmanager
def locked():
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def work():
    global depth
    with locked():
        depth += 1
        assert depth == 1
        depth -= 1


threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("depth", depth)
