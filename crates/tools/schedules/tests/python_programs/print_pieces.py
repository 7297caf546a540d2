"""A line that is printed in two pieces."""

import threading

t = threading.Thread(target=print, args=("world",))
t.start()
print("hello ", end="")
print("there")
t.join()
