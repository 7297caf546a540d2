"""Ends with a message."""

import sys
import threading

t = threading.Thread(target=print, args=("thread",))
t.start()
sys.exit("nothing to do")
