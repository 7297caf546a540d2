"""Two deposits to an account that nothing protects."""

import threading
import time


class Account:
    def __init__(self):
        self.balance = 0

    def deposit(self, money):
        new_balance = self.balance + money
        time.sleep(0.01)
        self.balance = new_balance


account = Account()
threads = []
for money in (1, 5):
    t = threading.Thread(target=account.deposit, args=(money,))
    threads.append(t)
    t.start()
for t in threads:
    t.join()
print("账户余额：%d 元" % account.balance)
