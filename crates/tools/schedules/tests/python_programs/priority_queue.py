"""The smallest first, whoever put it there."""

import queue
import threading

q = queue.PriorityQueue()
threads = [threading.Thread(target=q.put, args=((n, name),)) for n, name in [(2, "b"), (1, "a"), (3, "c")]]
for t in threads:
    t.start()
for t in threads:
    t.join()
while not q.empty():
    print(*q.get())
