"""A method that holds the lock calls another that takes it, too."""

import threading


class Counter:
    def __init__(self):
        self.lock = threading.RLock()
        self.n = 0

    def add(self):
        with self.lock:
            self.n += 1

    def add_two(self):
        with self.lock:
            self.add()
            self.add()


counter = Counter()
t = threading.Thread(target=counter.add_two)
t.start()
with counter.lock:
    seen = counter.n
t.join()
print(seen, counter.n)
