"""One item, two consumers, and `if` where `while` is needed."""

import threading

items = []
condition = threading.Condition()


def consumer():
    with condition:
        if not items:
            condition.wait()
        item = items.pop()
        print("got", item)


consumers = [threading.Thread(target=consumer) for _ in range(2)]
for c in consumers:
    c.start()

with condition:
    items.append("item")
    condition.notify_all()

for c in consumers:
    c.join()
print("end")
