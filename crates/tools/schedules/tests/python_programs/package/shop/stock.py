import threading

LOCK = threading.Lock()
sold = []


class Stock:
    def __init__(self, left):
        self.left = left

    def buy(self):
        if self.left > 0:
            with LOCK:
                self.left -= 1
                sold.append(threading.current_thread())
