"""An endless loop."""

print("before")
while True:
    pass
