"""A daemon does not keep the program alive."""

import threading


def work():
    print("a")
    print("b")


threading.Thread(target=work, daemon=True).start()
print("main ends")
