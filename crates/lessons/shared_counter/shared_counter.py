# Two threads each add 1 a million times to one global: nothing is lost.
import threading

ROUNDS = 1_000_000

num = 0
lock = threading.Lock()


def add():
    global num
    for _ in range(ROUNDS):
        # Read, add and write under the lock: no other thread comes in between.
        with lock:
            num += 1


threads = [threading.Thread(target=add) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print(num)
