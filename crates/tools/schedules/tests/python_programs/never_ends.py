"""Main ends, but a thread waits for something that never comes."""

import threading

threading.Thread(target=threading.Event().wait).start()
print("main has ended")
