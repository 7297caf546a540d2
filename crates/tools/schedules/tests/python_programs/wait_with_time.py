"""A sleep takes at least the time that it was asked for."""

import threading
import time

start = time.perf_counter()
t = threading.Thread(target=time.sleep, args=(0.2,))
t.start()
t.join()
print(time.perf_counter() - start >= 0.2)
