"""A thread gives up waiting for a lock that main does not give back."""

import threading

lock = threading.Lock()


def work():
    if lock.acquire(timeout=0.5):
        print("got it")
    else:
        print("gave up")


with lock:
    t = threading.Thread(target=work)
    t.start()
    t.join()
print(lock.locked())
