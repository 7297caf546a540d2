"""An assertion that holds only if nobody comes between."""

import threading

depth = 0


def work():
    global depth
    depth += 1
    assert depth == 1, "somebody else is inside"
    depth -= 1


threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("end")
