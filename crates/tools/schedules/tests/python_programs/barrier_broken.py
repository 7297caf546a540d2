"""Two wait for a third who never comes, and the first to lose patience breaks the barrier."""

import threading

barrier = threading.Barrier(3)


def wait():
    try:
        barrier.wait(timeout=1)
    except threading.BrokenBarrierError:
        print("broken")


threads = [threading.Thread(target=wait) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(barrier.broken)
