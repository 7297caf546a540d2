# Transfers both ways between two accounts, locked in one fixed order: nothing is lost or stuck.
import sys
import threading
import time

THREADS = 10


class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 100
        self.lock = threading.Lock()

    def transfer_to(self, other, money):
        # Everyone locks ann before bob, so whoever holds ann waits for nobody who waits for ann.
        first, second = sorted((self, other), key=lambda account: account.name)
        with first.lock:
            thread = threading.current_thread().name
            print(f"{thread} holds {first.name} and waits for {second.name}.")
            time.sleep(0.01)
            with second.lock:
                enough = self.balance >= money
                if enough:
                    self.balance -= money
                    other.balance += money
                return enough


ann, bob = Account("ann"), Account("bob")

threads = []
for n in range(1, THREADS + 1):
    from_, to = (ann, bob) if n % 2 == 1 else (bob, ann)
    # Daemons, or the stuck threads would keep the program from ending.
    thread = threading.Thread(target=from_.transfer_to, args=(to, n), name=f"Thread-{n}", daemon=True)
    thread.start()
    threads.append(thread)

# The watchdog: whoever waits 2 s for a thread to finish has found it stuck.
for thread in threads:
    thread.join(timeout=2)
    if thread.is_alive():
        print("Deadlock: for 2 s nobody has got what they wait for.")
        sys.exit(1)

print(f"ann {ann.balance} + bob {bob.balance} = {ann.balance + bob.balance}")
