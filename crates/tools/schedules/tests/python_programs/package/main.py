"""A program with a package beside it."""

from threading import Thread

from shop import Stock
from shop.stock import LOCK, sold

stock = Stock(1)
buyers = [Thread(target=stock.buy) for _ in range(2)]
for b in buyers:
    b.start()
for b in buyers:
    b.join()
with LOCK:
    print("left", stock.left, "sold", len(sold))
