"""A thread divides by zero, and main does not learn of it."""

import threading


def divide(a, b):
    print(a // b)


for b in (0, 2):
    t = threading.Thread(target=divide, args=(6, b))
    t.start()
    t.join()
print("main goes on")
