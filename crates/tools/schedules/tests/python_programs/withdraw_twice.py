"""Two withdrawals: the check has the lock, and the withdrawal has it, but they are two."""

import threading


class Account:
    def __init__(self, balance):
        self._balance = balance
        self._lock = threading.Lock()

    @property
    def balance(self):
        with self._lock:
            return self._balance

    def withdraw(self, money):
        if self.balance >= money:
            with self._lock:
                self._balance -= money
            return True
        return False


account = Account(100)
results = {}


def customer(name):
    results[name] = account.withdraw(70)


ann = threading.Thread(target=customer, args=("Ann",))
bob = threading.Thread(target=customer, args=("Bob",))
ann.start(), bob.start()
ann.join(), bob.join()
print(results["Ann"], results["Bob"], account.balance)
