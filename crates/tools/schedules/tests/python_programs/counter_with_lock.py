"""Two threads count up a global variable, with a lock."""

from threading import Lock, Thread

n = 0
lock = Lock()


def count():
    global n
    for _ in range(3):
        with lock:
            n += 1


a = Thread(target=count)
b = Thread(target=count)
a.start()
b.start()
a.join()
b.join()
print(n)
