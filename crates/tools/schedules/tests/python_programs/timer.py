"""A timer that is cancelled, if it has not gone off."""

import threading

timer = threading.Timer(0.01, print, args=["boom"])
timer.start()
timer.cancel()
timer.join()
print("end")
