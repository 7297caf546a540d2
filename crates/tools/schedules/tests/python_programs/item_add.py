"""Two threads vote; the votes lie in a dictionary."""

import threading

votes = {"yes": 0, "no": 0}


def vote(what):
    votes[what] += 1


threads = [threading.Thread(target=vote, args=(what,)) for what in ("yes", "yes", "no")]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(votes)
