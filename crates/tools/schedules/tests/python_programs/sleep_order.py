"""The longer sleep does not have to end later."""

import threading
import time


def sleep(seconds):
    time.sleep(seconds)
    print("slept", seconds)


threads = [threading.Thread(target=sleep, args=(s,)) for s in (0.1, 0.5)]
for t in threads:
    t.start()
for t in threads:
    t.join()
