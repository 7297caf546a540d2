"""A worker that looks once whether it is to stop."""

import threading

stop = threading.Event()


def work():
    if stop.is_set():
        print("stopped")
    else:
        print("worked")


t = threading.Thread(target=work)
t.start()
stop.set()
t.join()
