"""A semaphore of zero says when something may happen."""

import threading

printed = threading.Semaphore(0)


def first():
    print("first")
    printed.release()


def second():
    printed.acquire()
    print("second")


threads = [threading.Thread(target=f) for f in (second, first)]
for t in threads:
    t.start()
for t in threads:
    t.join()
