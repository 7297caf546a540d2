"""Main waits only for a while for a thread that waits for main."""

import threading

go = threading.Event()


def work():
    go.wait()
    print("worker goes")


t = threading.Thread(target=work)
t.start()
t.join(timeout=1)
print("still alive:", t.is_alive())
go.set()
t.join()
print("still alive:", t.is_alive())
