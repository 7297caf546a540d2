"""A lock that is given back in any case, in the old way."""

import threading

lock = threading.Lock()
n = 0


def add(by):
    global n
    lock.acquire()
    try:
        if by < 0:
            raise ValueError("by is negative")
        n += by
    finally:
        lock.release()


threads = [threading.Thread(target=add, args=(by,)) for by in (2, -1, 3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(n)
