"""When both have come, one of them does something for both."""

import threading

parts = []
barrier = threading.Barrier(2, action=lambda: print(sorted(parts)))


def work(part):
    parts.append(part)
    barrier.wait()


threads = [threading.Thread(target=work, args=(p,)) for p in (1, 2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("end")
