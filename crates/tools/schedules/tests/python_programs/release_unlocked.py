"""Gives back a lock that nobody holds."""

import threading

lock = threading.Lock()
with lock:
    print("inside")
lock.release()
