last = 0


def draw():
    global last
    number = last + 1
    last = number
    return number
