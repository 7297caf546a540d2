"""Three philosophers, one of whom takes the forks the other way round."""

import threading


class Philosopher(threading.Thread):
    def __init__(self, first, second):
        threading.Thread.__init__(self)
        self.first = first
        self.second = second

    def run(self):
        with self.first, self.second:
            print("哲学家在吃饭")


forks = [threading.Lock() for _ in range(3)]
table = [
    Philosopher(forks[0], forks[1]),
    Philosopher(forks[1], forks[2]),
    Philosopher(forks[0], forks[2]),
]
for p in table:
    p.start()
for p in table:
    p.join()
print("都吃过了")
