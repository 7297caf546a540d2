"""A class counts its objects, made in two threads."""

from threading import Thread


class Robot:
    count = 0

    def __init__(self):
        Robot.count += 1


threads = [Thread(target=Robot) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(Robot.count)
