"""How many threads are there?"""

import threading


def work():
    pass


t = threading.Thread(target=work, name="worker")
t.start()
print(threading.active_count())
t.join()
print([x.name for x in threading.enumerate()], t.is_alive())
