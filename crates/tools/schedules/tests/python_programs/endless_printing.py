"""Prints for ever."""

import threading


def tick():
    while True:
        print("tick")


threading.Thread(target=tick).start()
