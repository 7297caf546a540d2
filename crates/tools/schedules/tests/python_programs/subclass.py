"""A thread that is a class of its own, with a result."""

import threading


class Squares(threading.Thread):
    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers
        self.result = None

    def run(self):
        self.result = [n * n for n in self.numbers]


halves = [Squares([1, 2]), Squares([3, 4])]
for half in halves:
    half.start()
for half in halves:
    half.join()
print(halves[0].result + halves[1].result)
