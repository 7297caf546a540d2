"""A daemon does the work, and main waits until the queue is done."""

from queue import Queue
from threading import Thread

q = Queue()


def worker():
    while True:
        print("task", q.get())
        q.task_done()


Thread(target=worker, daemon=True).start()
q.put(1)
q.put(2)
q.join()
print("all done")
