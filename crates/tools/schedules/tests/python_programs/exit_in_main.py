"""Main fails when the thread was too slow."""

import sys
import threading

ready = False


def prepare():
    global ready
    ready = True


t = threading.Thread(target=prepare)
t.start()
if not ready:
    sys.exit(2)
print("ready")
