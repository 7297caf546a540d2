"""The flag is set before the value that it announces."""

import threading

ready = False
value = None


def work():
    global ready, value
    ready = True
    value = 42


t = threading.Thread(target=work)
t.start()
if ready:
    print("value", value)
else:
    print("not ready")
t.join()
