"""Each thread has its own notes."""

import threading

mine = threading.local()
mine.notes = ["main"]
found = []


def work():
    mine.notes = []
    mine.notes.append("worker")
    found.extend(mine.notes)


t = threading.Thread(target=work)
t.start()
mine.notes.append("still main")
t.join()
print(mine.notes, found)
