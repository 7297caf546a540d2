"""Reads numbers to the end of the input and adds them up in threads."""

import threading

name = input("Name? ")
total = 0
lock = threading.Lock()


def add(n):
    global total
    with lock:
        total += n


threads = []
while True:
    try:
        line = input()
    except EOFError:
        break
    threads.append(threading.Thread(target=add, args=(int(line),)))
for t in threads:
    t.start()
for t in threads:
    t.join()
print(name, total)
