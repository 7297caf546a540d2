"""Only talks about asyncio, socket and multiprocessing, and open(name, 'w')."""

import threading

# import asyncio, socket
words = ["import multiprocessing", "open('x', 'w')"]
threading.Thread(target=print, args=(len(words),)).start()
