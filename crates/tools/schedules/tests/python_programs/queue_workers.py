"""Two workers take numbers from a queue until they find None."""

import queue
import threading

tasks = queue.Queue()
results = queue.Queue()


def worker():
    while True:
        n = tasks.get()
        if n is None:
            break
        results.put(n * 10)


workers = [threading.Thread(target=worker) for _ in range(2)]
for w in workers:
    w.start()
for n in (1, 2):
    tasks.put(n)
for _ in workers:
    tasks.put(None)
for w in workers:
    w.join()
print(results.get() + results.get(), results.empty())
