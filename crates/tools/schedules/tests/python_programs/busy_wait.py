"""Main looks again and again until the thread is ready."""

import threading
import time

ready = False
value = None


def work():
    global ready, value
    value = 42
    ready = True


threading.Thread(target=work).start()
while not ready:
    time.sleep(0.1)
print(value)
