"""Two threads swap the same two variables."""

import threading

left, right = 1, 2


def swap():
    global left, right
    left, right = right, left


threads = [threading.Thread(target=swap) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(left, right)
