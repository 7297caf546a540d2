"""A consumer that goes through a queue up to a sentinel."""

import queue
import threading

q = queue.Queue(maxsize=1)
received = []


def consume():
    for item in iter(q.get, None):
        received.append(item)


consumer = threading.Thread(target=consume)
consumer.start()
for item in "ab":
    q.put(item)
q.put(None)
consumer.join()
print("".join(received))
