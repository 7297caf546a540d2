"""Gives back a place that nobody took."""

import threading

places = threading.BoundedSemaphore(1)
with places:
    print("inside")
places.release()
print("never printed")
