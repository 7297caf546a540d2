"""Two threads append to one list."""

import threading

log = []


def write(*lines):
    for line in lines:
        log.append(line)


a = threading.Thread(target=write, args=("a1", "a2"))
b = threading.Thread(target=write, args=("b",))
a.start()
b.start()
a.join()
b.join()
print(log)
