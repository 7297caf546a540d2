# A hundred threads each deposit 1 without a lock: deposits overwrite each other.
import threading
import time

DEPOSITS = 100


class Account:
    def __init__(self):
        self.balance = 0

    def deposit(self, money):
        if money > 0:
            new_balance = self.balance + money
            time.sleep(0.01)
            self.balance = new_balance


account = Account()

threads = [threading.Thread(target=account.deposit, args=(1,)) for _ in range(DEPOSITS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print(f"账户余额：{account.balance} 元")
