# The first way to make a thread is to give it a function; the second is a class with a `run`.
import threading


class PrintThread(threading.Thread):
    def __init__(self, word, times):
        super().__init__()
        self.word = word
        self.times = times

    def run(self):
        for _ in range(self.times):
            print(self.word, end="", flush=True)


ping = PrintThread("Ping", 10_000)
pong = PrintThread("pong", 20_000)
ping.start()
pong.start()
ping.join()
pong.join()
