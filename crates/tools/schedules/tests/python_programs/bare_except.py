"""A worker that lets no exception pass, whatever it is."""

import queue
import threading

tasks = queue.Queue()
results = []


def worker():
    while True:
        try:
            results.append(10 // tasks.get())
        except:
            results.append(None)
        finally:
            tasks.task_done()


threading.Thread(target=worker, daemon=True).start()
for n in (0, 5):
    tasks.put(n)
tasks.join()
print(results)
