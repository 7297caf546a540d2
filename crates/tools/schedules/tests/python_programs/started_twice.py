"""A thread can be started only once."""

import threading

t = threading.Thread(target=print, args=("hello",))
t.start()
t.join()
t.start()
