"""Main takes the lock only if it is free."""

import threading

lock = threading.Lock()
value = 0


def work():
    global value
    with lock:
        value = 1


t = threading.Thread(target=work)
t.start()
if lock.acquire(blocking=False):
    print("value", value)
    lock.release()
else:
    print("busy")
t.join()
