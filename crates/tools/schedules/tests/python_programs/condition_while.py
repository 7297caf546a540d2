"""A buffer with room for one, a producer and a consumer."""

import threading

buffer = []
condition = threading.Condition()
total = 0


def produce():
    for n in (1, 2, 3):
        with condition:
            while buffer:
                condition.wait()
            buffer.append(n)
            condition.notify()


def consume():
    global total
    for _ in range(3):
        with condition:
            condition.wait_for(lambda: buffer)
            total += buffer.pop()
            condition.notify()


threads = [threading.Thread(target=produce), threading.Thread(target=consume)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("total", total)
