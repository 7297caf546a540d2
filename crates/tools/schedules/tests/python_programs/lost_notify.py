"""A notification that comes before anybody waits."""

import threading

condition = threading.Condition()


def worker():
    with condition:
        condition.wait()
    print("worker goes on")


t = threading.Thread(target=worker)
t.start()
with condition:
    condition.notify()
t.join()
print("end")
