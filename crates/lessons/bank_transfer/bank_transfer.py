# Transfers both ways between two accounts, locked in one fixed order: nothing is lost or stuck.
import sys
import threading
import time

THREADS = 10


class Account:
    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.balance = 100
        self.lock = threading.Lock()

    def transfer_to(self, other, money):
        # Always lock ann first, the account with number 1: no circle of waits can form.
        first, second = (self, other) if self.number < other.number else (other, self)
        with first.lock:
            thread = threading.current_thread().name
            print(f"{thread} holds {first.name} and waits for {second.name}.")
            time.sleep(0.01)
            with second.lock:
                if self.balance >= money:
                    self.balance -= money
                    other.balance += money


ann, bob = Account(1, "ann"), Account(2, "bob")

threads = []
for n in range(1, THREADS + 1, 2):
    # Daemons, or the stuck threads would keep the program from ending.
    threads.append(threading.Thread(target=ann.transfer_to, args=(bob, n), daemon=True))
    threads.append(threading.Thread(target=bob.transfer_to, args=(ann, n + 1), daemon=True))
for n, thread in enumerate(threads, 1):
    thread.name = f"Thread-{n}"
    thread.start()

# The watchdog: without it a program that is stuck would never say so.
for thread in threads:
    thread.join(timeout=2)
    if thread.is_alive():
        print("No transfer finished in 2 s: probably a deadlock.")
        sys.exit(1)

print(f"ann {ann.balance} + bob {bob.balance} = {ann.balance + bob.balance}")
