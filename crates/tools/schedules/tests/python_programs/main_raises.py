"""Main looks something up before the thread has put it there."""

import threading

ages = {}


def put():
    ages["Ann"] = 33


t = threading.Thread(target=put)
t.start()
print(ages["Ann"])
t.join()
