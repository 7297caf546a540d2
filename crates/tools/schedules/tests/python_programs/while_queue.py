"""Two threads empty a list as long as there is something in it."""

import threading

tasks = [1, 2]
done = []


def work():
    while tasks:
        task = tasks.pop()
        done.append(task)


threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(done))
