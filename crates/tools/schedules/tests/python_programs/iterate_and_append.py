"""One thread goes through a list that another one makes longer."""

import threading

numbers = [1]


def grow():
    numbers.append(2)


t = threading.Thread(target=grow)
t.start()
total = 0
for number in numbers:
    total += number
print(total)
t.join()
