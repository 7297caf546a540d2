"""Lines that end as on Windows."""

import threading

n = 0


def add():
    global n
    n = n + 1


t = threading.Thread(target=add)
t.start()
n = n + 1
t.join()
print(n)
