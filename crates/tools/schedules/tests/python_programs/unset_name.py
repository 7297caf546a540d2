"""Uses a name that only the thread makes."""

import threading


def work():
    global answer
    answer = 42


t = threading.Thread(target=work)
t.start()
t.join()
print(answer)
print(anser)
