"""A ring of two threads that take turns, with two conditions of one lock."""

import threading

lock = threading.Lock()
ping = threading.Condition(lock)
pong = threading.Condition(lock)
turn = "ping"


def play(name, mine, other, next_name):
    global turn
    for _ in range(2):
        with lock:
            while turn != name:
                mine.wait()
            print(name)
            turn = next_name
            other.notify()


a = threading.Thread(target=play, args=("ping", ping, pong, "pong"))
b = threading.Thread(target=play, args=("pong", pong, ping, "ping"))
b.start()
a.start()
a.join()
b.join()
