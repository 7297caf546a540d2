"""The program has a hook of its own for exceptions in threads."""

import threading


def hook(args):
    print("caught:", args.exc_type.__name__, args.exc_value)


threading.excepthook = hook
t = threading.Thread(target=lambda: {}["key"])
t.start()
t.join()
print("end")
