"""Two threads draw tickets; the tickets are in another module."""

import threading

import tickets

drawn = []


def draw():
    drawn.append(tickets.draw())


threads = [threading.Thread(target=draw) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(drawn), tickets.last)
