"""A singleton that two threads may make twice."""

import threading


class Settings:
    _instance = None

    @classmethod
    def get(cls):
        if cls._instance is None:
            print("reading the settings")
            cls._instance = cls()
        return cls._instance


def use(results):
    results.append(Settings.get())


results = []
threads = [threading.Thread(target=use, args=(results,)) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("the same:", results[0] is results[1])
