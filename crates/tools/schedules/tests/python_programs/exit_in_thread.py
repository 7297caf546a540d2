"""sys.exit in a thread ends the thread and not the program."""

import sys
import threading


def work():
    print("working")
    sys.exit(3)
    print("never printed")


t = threading.Thread(target=work)
t.start()
t.join()
print("main goes on")
