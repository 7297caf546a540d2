"""Two threads take from a stack as long as something is on it."""

import threading

stack = ["plate"]


def take():
    if stack:
        print("took", stack.pop())


threads = [threading.Thread(target=take, name=name) for name in ("x", "y")]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("left:", len(stack))
