"""Fills a queue with room for one before anybody reads it."""

import queue

q = queue.Queue(maxsize=1)
q.put("a")
print("one in the queue")
q.put("b")
print(q.get(), q.get())
