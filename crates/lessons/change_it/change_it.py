# Two threads put money in and take it out again, under a lock: the balance stays 0.
import threading
import time

ROUNDS = 100

balance = 0
lock = threading.Lock()


# In and out again: a thread that is alone here leaves the balance as it was.
def change_it(n):
    global balance
    with lock:
        balance += n
        read = balance
        time.sleep(0.001)
        balance = read - n


for _ in range(ROUNDS):
    threads = [threading.Thread(target=change_it, args=(n,)) for n in (5, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

print(f"balance = {balance}")
