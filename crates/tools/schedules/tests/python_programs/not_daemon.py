"""A thread that is no daemon is waited for at the end."""

import threading


def work():
    print("a")
    print("b")


threading.Thread(target=work).start()
print("main ends")
