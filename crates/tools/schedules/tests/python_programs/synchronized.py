"""A decorator puts a function under a lock."""

import functools
import threading


def synchronized(function):
    lock = threading.Lock()

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with lock:
            return function(*args, **kwargs)

    return wrapper


total = 0


@synchronized
def add(n, *, twice=False):
    global total
    total += n * 2 if twice else n


threads = [
    threading.Thread(target=add, args=(1,)),
    threading.Thread(target=add, args=(2,), kwargs={"twice": True}),
    threading.Thread(target=lambda: add(3)),
    threading.Thread(target=functools.partial(add, 4)),
]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(add.__name__, total)
