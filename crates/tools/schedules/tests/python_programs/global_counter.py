"""Two threads count up a global variable, twice each."""

import threading

n = 0


def count():
    global n
    for _ in range(2):
        n += 1


threads = [threading.Thread(target=count) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(n)
