"""Two deposits with += to an account that nothing protects."""

import threading


class Account:
    def __init__(self):
        self.balance = 0

    def deposit(self, money):
        self.balance += money


def main():
    account = Account()
    threads = [threading.Thread(target=account.deposit, args=(m,)) for m in (1, 5)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    print(f"balance: {account.balance}")


if __name__ == "__main__":
    main()
