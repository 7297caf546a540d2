"""Waits for a task that does not come."""

import queue
import threading

q = queue.Queue()
done = []


def worker():
    try:
        while True:
            done.append(q.get(timeout=0.5))
    except queue.Empty:
        print("nothing for half a second")


q.put("task")
t = threading.Thread(target=worker)
t.start()
t.join()
print(done)
