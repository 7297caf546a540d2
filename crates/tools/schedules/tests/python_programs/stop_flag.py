"""A worker prints until main says stop."""

import threading
import time

running = True


def work():
    while running:
        print("tick")
        time.sleep(1)


t = threading.Thread(target=work)
t.start()
running = False
t.join()
print("stopped")
