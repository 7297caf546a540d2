# Arguments for a thread: by position, and by name.
import threading


def count(name, num):
    for i in range(1, num + 1):
        print(f"{name}: {i}")


# By position: a tuple, in order.
by_position = threading.Thread(target=count, args=("by position", 3))
by_position.start()
by_position.join()

# By name: a dict, in any order.
by_name = threading.Thread(target=count, kwargs={"num": 3, "name": "by name"})
by_name.start()
by_name.join()
