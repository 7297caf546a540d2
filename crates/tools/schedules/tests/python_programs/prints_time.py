"""Prints the time of the day."""

import time

print(int(time.time()))
