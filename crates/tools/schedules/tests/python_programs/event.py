"""A starter and two runners."""

import threading

start = threading.Event()
times = []


def run():
    start.wait()
    times.append(1)


runners = [threading.Thread(target=run) for _ in range(2)]
for r in runners:
    r.start()
print("ready")
start.set()
for r in runners:
    r.join()
print(len(times), start.is_set())
