"""At most two of three threads are in the room."""

import threading

room = threading.Semaphore(2)
lock = threading.Lock()
inside = 0
most = 0


def visit():
    global inside, most
    with room:
        with lock:
            inside += 1
            most = max(most, inside)
        with lock:
            inside -= 1


threads = [threading.Thread(target=visit) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("most", most)
