# Python as it can be written, in one thread: rewriting a program must change nothing of what it does.
from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import itertools
import json
import operator
import random
import threading
import typing


class Base:
    """A class with all sorts of members."""

    shared: typing.ClassVar[list] = []
    __hidden = "hidden"
    count: int = 0

    def __init__(self, name, *more, key=None, **others):
        self.name = name
        self.more = more
        self.key = key
        self.others = others
        self.__own = 1
        Base.count += 1

    @property
    def own(self):
        return self.__own

    @own.setter
    def own(self, value):
        self.__own = value

    @own.deleter
    def own(self):
        del self.__own

    @classmethod
    def make(cls, *args):
        return cls(*args)

    @staticmethod
    def twice(x):
        return x * 2

    def hidden(self):
        return self.__hidden, Base.__hidden

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r}, {self.more}, {self.key=}, {self.others})"

    def __getitem__(self, k):
        return (self.name, k)

    def __contains__(self, k):
        return k == self.name

    def __len__(self):
        return len(self.more)

    def __bool__(self):
        return True

    def __iadd__(self, other):
        self.more += (other,)
        return self

    def __eq__(self, other):
        return isinstance(other, Base) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __iter__(self):
        yield from self.more

    def __enter__(self):
        print("enter", self.name)
        return self

    def __exit__(self, *exception):
        print("exit", exception[0].__name__ if exception[0] else None)
        return self.key == "swallow"


class Derived(Base):
    __slots__ = ("slot",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.slot = [1]

    def __getattr__(self, name):
        if name.startswith("made_"):
            return name[5:]
        raise AttributeError(name)


a, *b = Base("a", 1, 2, key="k", x=1), Derived("b"), Derived.make("c", 3)
print(a, b, Base.count, a.hidden(), Derived.twice(4), b[0].made_up, hasattr(b[0], "nothing"))
a.own += 5
print(a.own, getattr(a, "own"), getattr(a, "missing", "default"), a["k"], "a" in a, "b" not in a, len(a), list(a))
del a.own
try:
    a.own
except AttributeError as error:
    print("no", type(error).__name__)
a += 7
b[0].slot += [2]
b[0].slot[0] -= 4
print(a.more, b[0].slot, a == Base("a"), {a: 1}[Base("a")])
with a as first, contextlib.suppress(KeyError), Base("w", key="swallow") as second:
    print(first.name, second.name)
    raise ValueError("swallowed")

# Names: globals, cells, comprehensions, walrus.
total = 0
rows = [[n * m for m in range(3)] for n in range(3)]


def counter(start=0, *, step=1):
    value = start

    def up(by=step):
        nonlocal value
        value += by
        old, value = value, value + 1
        return old, value

    def reset():
        nonlocal value
        value = start
        del_me = [value]
        del del_me
        return lambda: value

    return up, reset


def use():
    global total, late
    total += 1
    total, late = total + 1, [total]
    late.append(total)
    for total in range(3):
        pass
    return [y := total, y ** 2, (lambda z=y: z + total)()]


up, reset = counter(5, step=2)
print(up(), up(1), reset()(), up(), use(), total, late)
print([x for x in rows if (last := x[-1]) > 1], last, {k: v for k, v in zip("ab", rows)}, {n % 2 for n in range(5)})
print(sum(n for row in rows for n in row if n), max(rows, key=len), sorted(rows, reverse=True)[0], [*rows[0], *rows[2]])
closures = [lambda i=i: i + total for i in range(3)] + [(lambda: total)]
print([f() for f in closures])


def cell_targets(values):
    seen = []
    for item in values:
        first, *rest = item, 1, 2
    with contextlib.nullcontext(9) as item:
        pass

    def look():
        seen.append((item, first, rest))
        return seen

    item = item + 1
    return look()


print(cell_targets([3, 4]))

# Containers in all kinds of places.
numbers, table, names, queue = [3, 1, 2], {"a": [1]}, {"x", "y"}, collections.deque([1, 2], maxlen=3)
alias = numbers
alias += [9]
numbers[0], numbers[-1] = numbers[-1], numbers[0]
numbers[1:2] = [7, 8]
numbers[::2] = [n * 10 for n in numbers[::2]]
table["a"] += [2]
table.setdefault("b", []).append(3)
table |= {"c": []} if hasattr(dict, "__or__") else {}
del numbers[0], table["c"]
queue.append(3), queue.appendleft(0), queue.rotate(1)
names |= {"z"}
print(numbers, alias is numbers, table, sorted(names), queue, numbers.index(numbers[1]), numbers.count(7), numbers[-2:], table.get("q"))
print(bool(numbers), not numbers, numbers and "some", [] or "none", "full" if table else "empty", 7 in numbers, "b" in table)
print(f"{numbers} {table!r:>30} {len(names):03d} {'nested ' + str(numbers[0])} {total=}", "%s %s" % (numbers, queue))
print(*numbers, sep="-", end="!\n")
print("".join(sorted(names)), list(reversed(numbers)), list(enumerate(names - {"x", "y"})), dict(zip(names & {"x"}, numbers)))
heap = [5, 2, 4]
heapq.heapify(heap)
heapq.heappush(heap, 1)
print(heapq.heappop(heap), heap, functools.reduce(operator.add, heap), list(itertools.chain(heap, numbers))[:3])
print(list(map(str, heap)), list(filter(None, [0, 1])), any(heap), all([]), min(heap), json.dumps(table), copy.deepcopy(rows) == rows)
for key, value in table.items():
    print(key, value, end=";")
for key in list(table):
    table.pop(key)
else:
    print("emptied", table)
counts = collections.Counter("abca")
counts["a"] += 1
nested = collections.defaultdict(lambda: collections.defaultdict(int))
nested["x"]["y"] += 1
print(counts.most_common(1), {k: dict(v) for k, v in nested.items()}, rows[1][1:], rows[1][1] < rows[2][2] <= 4 != 5)
try:
    for key in counts:
        counts[key + "!"] = 1
except RuntimeError as error:
    print(error)

# Functions of many kinds.


def everything(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


print(everything(1, d=4), everything(*[1, 2, 3, 4], **{"d": 5, "f": 6}))


@functools.lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def generate():
    received = None
    try:
        while True:
            received = yield received
            if received == "stop":
                return "returned"
    finally:
        print("closed")


def delegate():
    result = yield from generate()
    yield result


g = delegate()
next(g)
print(g.send("x"), g.send("stop"), next(g, "end"), fibonacci(20), fibonacci.cache_info().hits)
fibonacci.calls = 1
fibonacci.calls += 1
print(fibonacci.calls, (lambda *a, **k: (a, k))(1, b=2))


@contextlib.contextmanager
def manager():
    try:
        yield "inside"
    except ZeroDivisionError:
        print("divided")
    finally:
        print("left")


with manager() as where:
    print(where, 1 // 0)
try:
    try:
        raise KeyError("inner")
    except KeyError as inner:
        raise ValueError("outer") from inner
    else:
        print("never")
    finally:
        print("finally")
except (TypeError, ValueError) as outer:
    print(repr(outer), repr(outer.__cause__))
try:
    missing_name
except NameError as error:
    print(error)
try:
    (lambda: undefined_too)()
except NameError as error:
    print(error)


class Color(enum.Enum):
    RED = 1
    GREEN = 2

    @property
    def other(self):
        return Color.GREEN if self is Color.RED else Color.RED


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.tags.append(self.x)


class Pair(typing.NamedTuple):
    left: int
    right: int = 2


print(Color.RED.other, Color["RED"], Point(1) < Point(2), dataclasses.replace(Point(3), y=4), Pair(1), Pair(1)._replace(right=5))
x: int = 3
x += 1
y: list[int]
number: int
print(x, type(x) is int, isinstance(x, (int, str)), [type(v).__name__ for v in (1, "", None)], super.__name__)
while x:
    x -= 1
    if x == 2:
        continue
    if x == 1:
        break
else:
    print("not broken")
assert x == 1, "x is %d" % x
random.seed(7)
print(random.randint(1, 100), random.choice(numbers), random.sample(range(10), 3))
data = threading.local()
data.value = [1]
data.value.append(2)
print(data.value, threading.current_thread().name, threading.main_thread() is threading.current_thread())
print(eval("total + 1"), vars(Point(1)), sorted(n for n in dir(Pair(1)) if n[0] != "_"))
