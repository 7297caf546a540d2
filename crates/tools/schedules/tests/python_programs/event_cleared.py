"""A door that is opened and closed again."""

import threading

door = threading.Event()


def guest():
    door.wait()
    print("guest is in")


t = threading.Thread(target=guest)
t.start()
door.set()
door.clear()
t.join()
print("end")
