"""An account with slots and a property."""

import threading


class Account:
    __slots__ = ("_euros",)

    def __init__(self):
        self._euros = 0

    @property
    def euros(self):
        return self._euros

    @euros.setter
    def euros(self, value):
        if value < 0:
            raise ValueError("too little")
        self._euros = value


account = Account()


def deposit():
    account.euros += 10


threads = [threading.Thread(target=deposit) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(account.euros)
