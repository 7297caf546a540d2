"""A colon is missing."""

import threading


def work()
    print("hello")


threading.Thread(target=work).start()
