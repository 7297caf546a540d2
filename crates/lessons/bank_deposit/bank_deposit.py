# A hundred threads of a class of their own each deposit 1 under the account's lock.
import threading
import time

DEPOSITS = 100


class Account:
    def __init__(self):
        self.balance = 0
        self.lock = threading.Lock()

    def deposit(self, money):
        with self.lock:
            new_balance = self.balance + money
            time.sleep(0.001)
            self.balance = new_balance

    def transfer_to(self, other, money):
        with self.lock:
            enough = self.balance >= money
            if enough:
                self.balance -= money
        # Unlocked before the other account is locked: no thread ever holds two locks.
        if enough:
            other.deposit(money)
        return enough


class AddMoneyThread(threading.Thread):
    def __init__(self, account, money):
        super().__init__()
        self.account = account
        self.money = money

    def run(self):
        self.account.deposit(self.money)


account = Account()

threads = [AddMoneyThread(account, 1) for _ in range(DEPOSITS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("++++++++", account.balance)

# The balance is enough for the first transfer, not for a second.
savings = Account()
assert account.transfer_to(savings, 60) and not account.transfer_to(savings, 60)
