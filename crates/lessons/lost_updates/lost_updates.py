# Two threads each add 1 a million times to one global, in two steps: additions are lost.
import threading

ROUNDS = 1_000_000

num = 0


def add():
    global num
    for _ in range(ROUNDS):
        read = num
        pause()
        num = read + 1


# A moment passes: Python may switch threads even at an empty call.
def pause():
    pass


threads = [threading.Thread(target=add) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print(f"expected: {2 * ROUNDS}")
print(f"counted: {num}")
print(f"lost: {2 * ROUNDS - num}")
