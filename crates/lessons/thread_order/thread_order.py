# Several threads each say their name: the scheduler decides the order, not the order of creation.
import threading
import time

THREADS = 5


def task():
    time.sleep(0.1)
    print(threading.current_thread().name)


threads = [threading.Thread(target=task, name=f"Thread-{n}") for n in range(1, THREADS + 1)]
for thread in threads:
    thread.start()

# The order of the joins changes nothing: all threads run already.
for thread in threads:
    thread.join()
