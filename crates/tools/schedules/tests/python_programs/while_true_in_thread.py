"""A thread that never comes to an end, beside main."""

import threading


def spin():
    n = 0
    while True:
        n += 1


threading.Thread(target=spin, daemon=True).start()
print("main")
