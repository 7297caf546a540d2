"""Throws a die, always the same one."""

import random
import threading

random.seed(1)
throws = []


def throw():
    throws.append(random.randint(1, 6))


t = threading.Thread(target=throw)
t.start()
t.join()
throw()
print(throws)
