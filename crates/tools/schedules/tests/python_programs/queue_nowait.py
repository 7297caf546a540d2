"""Main looks into the queue without waiting."""

import queue
import threading

q = queue.Queue()
t = threading.Thread(target=q.put, args=("parcel",))
t.start()
try:
    print(q.get_nowait())
except queue.Empty:
    print("nothing yet")
t.join()
print(q.qsize())
