"""Main goes through a dictionary that a thread changes."""

import threading

ages = {"Ann": 1, "Bob": 2}


def birth():
    ages["Cleo"] = 0


t = threading.Thread(target=birth)
t.start()
total = 0
for name in ages:
    total += ages[name]
t.join()
print(total)
