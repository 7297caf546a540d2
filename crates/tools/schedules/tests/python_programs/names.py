"""Threads know their names."""

import threading


def hello():
    me = threading.current_thread()
    print(me.name, me.daemon, me is threading.main_thread())


hello()
t = threading.Thread(target=hello, name="小工", daemon=True)
t.start()
t.join()
print(print.__name__, input.__name__)
