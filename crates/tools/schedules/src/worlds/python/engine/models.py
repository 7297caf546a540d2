"""threading, queue and the interpreter's end, as the program sees them: each call that others could notice is a step."""

import _thread
import atexit
import collections
import sys
import threading
import types

import schedules_run as run
from schedules_run import (
    ACQUIRE, AFTER_TAKE, AWAIT, ESTABLISH, NAMES, NOTIFY, PROGRAM, PUT, READ, RELEASE, TAKE, TIME, TRY, TRY_TAKE, WAIT,
    WAKE, WRITE, Abandoned, current, number,
)

REAL_EXCEPTHOOK = threading.excepthook


def deadline(timeout):
    return None if timeout is None else current().me.vc[TIME] + max(timeout, 0)


class Model:
    """What threads share by calls alone. It begins anew in each run, also where its module does not."""

    _run = None
    _outside = 0

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        r = current()
        if r is None or not run.WARM:
            # It may belong to a module of Python's own, and outlive its run.
            Model._outside += 1
            self._number = number("made before all runs", Model._outside)
        else:
            me = r.me
            me.made += 1
            self._number = number("made by", me.n, me.made)
        return self

    def _fresh(self):
        r = current()
        if r is None:
            # Between two runs there is only one thread, and nobody to wait for.
            r = NOBODY
        if self._run is not r:
            self._run = r
            self._begin()
        return r

    def _begin(self):
        pass


class Nobody:
    """Stands for a run where there is none: every step is taken at once."""

    me = object()

    def step(self, *_, **__):
        return True

    def tell(self, *_):
        pass


NOBODY = Nobody()


class Lock(Model):
    _again = False

    def _begin(self):
        self._owner, self._count = None, 0

    def acquire(self, blocking=True, timeout=-1):
        r = self._fresh()
        me = r.me
        if timeout is None:
            raise TypeError("'NoneType' object cannot be interpreted as an integer")
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if blocking and timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if self._again and self._owner is me and self._count:
            self._count += 1
            return True
        k = self._number
        if blocking and timeout != 0:
            done = r.step(
                ["Lock", k, False],
                lambda done: [(k, ACQUIRE if done else TRY, 0)],
                can=lambda: self._owner is None,
                deadline=deadline(None if timeout == -1 else timeout),
                look=timeout > 0 and self._owner is not None,
            )
        else:
            free = lambda _: [(k, TRY, 0)]
            r.step(["TryLock", k, False], free, look=self._owner is not None)
            done = self._owner is None
            r.tell("Yes" if done else "No")
        if done:
            self._owner, self._count = me, 1
        return done

    def release(self):
        r = self._fresh()
        if self._again and self._owner is not r.me:
            raise RuntimeError("cannot release un-acquired lock")
        if self._again and self._count > 1:
            self._count -= 1
            return
        r.step(["Unlock", self._number, False], [(self._number, RELEASE, 0)])
        if self._owner is None:
            raise RuntimeError("release unlocked lock")
        self._owner, self._count = None, 0

    acquire_lock, release_lock = acquire, release

    def locked(self):
        r = self._fresh()
        r.step(["Call", "locked"], [(self._number, READ, 0)], look=True)
        r.tell("No" if self._owner is None else "Yes")
        return self._owner is not None

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def _at_fork_reinit(self):
        self._begin()


class RLock(Lock):
    _again = True

    def _is_owned(self):
        return self._fresh() and self._owner is current().me

    def _recursion_count(self):
        return self._count if self._is_owned() else 0


class Condition(Model):
    def __init__(self, lock=None):
        self._lock = RLock() if lock is None else lock
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def _begin(self):
        # Who waits, in the order in which they came, by tickets; and up to which ticket each notification counts.
        self._waiting, self._permits, self._tickets = [], [], 0

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def _owned(self, what):
        r = self._fresh()
        lock = self._lock
        lock._fresh()
        if lock._owner is None or lock._again and lock._owner is not r.me:
            raise RuntimeError("cannot %s on un-acquired lock" % what)
        return r, lock

    def _notified(self, ticket):
        return any(ticket <= permit for permit in self._permits)

    def wait(self, timeout=None):
        r, lock = self._owned("wait")
        me = r.me
        k, l = self._number, lock._number
        r.step(["Wait", k, l], [(l, RELEASE, 0), (k, WAIT, 0)])
        self._tickets += 1
        ticket = self._tickets
        self._waiting.append(ticket)
        count, lock._owner, lock._count = lock._count, None, 0
        free = lambda: lock._owner is None
        r.caveats.add("SpuriousWakeUps")
        at_once = timeout is not None and timeout <= 0
        done = r.step(
            ["Wake", k, l, timeout is not None],
            lambda done: [(l, ACQUIRE if free() else READ, 0), (k, WAKE, 0)],
            can=free if at_once else lambda: self._notified(ticket) and free(),
            deadline=None if at_once else deadline(timeout),
        )
        if at_once:
            done = self._notified(ticket)
        if not done and self._notified(ticket):
            # It was notified after its time was up, and while another one has the lock.
            r.step(["Lock", l, False], [(l, ACQUIRE, 0), (k, WAKE, 0)], can=free)
            done = True
        elif not done and not free():
            self._waiting.remove(ticket)
            r.step(["Lock", l, False], [(l, ACQUIRE, 0)], can=free)
            lock._owner, lock._count = me, count
            return False
        self._waiting.remove(ticket)
        if done:
            self._permits.remove(min(permit for permit in self._permits if ticket <= permit))
        lock._owner, lock._count = me, count
        return done

    def wait_for(self, predicate, timeout=None):
        end, result = deadline(timeout), predicate()
        while not result:
            left = None
            if end is not None:
                left = end - current().me.vc[TIME]
                if left <= 0:
                    break
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n=1):
        r, _ = self._owned("notify")
        r.step(["Notify", self._number, n > 1 << 20], [(self._number, NOTIFY, 0)])
        # Which of those who wait is woken is not promised.
        more = min(n, len(self._waiting) - len(self._permits))
        self._permits += [self._tickets] * max(more, 0)
        r.tell("Yes" if more > 0 else "No")

    def notify_all(self):
        self.notify(1 << 30)

    notifyAll = notify_all


class Event(Model):
    def _begin(self):
        self._flag = False

    def set(self):
        r = self._fresh()
        r.step(["Set", self._number], [(self._number, WRITE, 0)])
        self._flag = True

    def clear(self):
        r = self._fresh()
        r.step(["Clear", self._number], [(self._number, WRITE, 0)])
        self._flag = False

    def is_set(self):
        r = self._fresh()
        r.step(["Peek", self._number], [(self._number, READ, 0)], look=True)
        r.tell("Yes" if self._flag else "No")
        return self._flag

    isSet = is_set

    def wait(self, timeout=None):
        if timeout is not None and timeout <= 0:
            return self.is_set()
        r = self._fresh()
        r.step(
            ["AwaitSet", self._number, timeout is not None],
            [(self._number, READ, 0)],
            can=lambda: self._flag,
            deadline=deadline(timeout),
            look=timeout is not None,
        )
        return self._flag


class Semaphore(Model):
    _bound = None

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._initial = value

    def _begin(self):
        self._value = self._initial

    def acquire(self, blocking=True, timeout=None):
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        r = self._fresh()
        k = self._number
        if blocking and (timeout is None or timeout > 0):
            done = r.step(
                ["Lock", k, True],
                lambda done: [(k, WRITE if done else READ, 0)],
                can=lambda: self._value > 0,
                deadline=deadline(timeout),
                look=timeout is not None and self._value == 0,
            )
        else:
            r.step(["TryLock", k, True], [(k, TRY, 0)], look=self._value == 0)
            done = self._value > 0
            r.tell("Yes" if done else "No")
        if done:
            self._value -= 1
        return done

    def release(self, n=1):
        if n < 1:
            raise ValueError("n must be one or more")
        r = self._fresh()
        r.step(["Unlock", self._number, True], [(self._number, WRITE, 0)])
        if self._bound is not None and self._value + n > self._bound:
            raise ValueError("Semaphore released too many times")
        self._value += n

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class BoundedSemaphore(Semaphore):
    def __init__(self, value=1):
        super().__init__(value)
        self._bound = value


class Barrier(Model):
    def __init__(self, parties, action=None, timeout=None):
        if parties < 1:
            raise ValueError("parties must be > 0")
        self._parties, self._action, self._timeout = parties, action, timeout

    def _begin(self):
        self._arrived, self._round, self._states = 0, 0, {}

    def _gate(self, n):
        return number("gate", self._number, n)

    def wait(self, timeout=None):
        r = self._fresh()
        if timeout is None:
            timeout = self._timeout
        k = self._number
        # A round is open until it is either passed or broken.
        r.step(
            ["Arrive", k],
            lambda _: [(k, WRITE, 0), (self._gate(self._round), ESTABLISH, 0)],
        )
        n = self._round
        if self._states.get(n) == "broken":
            raise threading.BrokenBarrierError
        place, self._arrived = self._arrived, self._arrived + 1
        gate = self._gate(n)
        if self._arrived == self._parties:
            try:
                if self._action is not None:
                    self._action()
            except BaseException:
                self._break(r)
                raise
            self._states[n] = "passed"
            self._round, self._arrived = n + 1, 0
            return place
        passed = lambda: n in self._states
        at_once = timeout is not None and timeout <= 0
        done = r.step(
            ["Pass", k],
            lambda done: [(gate, AWAIT, 0)] if done and not at_once else [(k, WRITE, 0), (gate, WRITE, 0)],
            can=None if at_once else passed,
            deadline=None if at_once else deadline(timeout),
        )
        done = done and passed()
        if not done:
            self._states[n] = "broken"
        if self._states[n] == "broken":
            raise threading.BrokenBarrierError
        return place

    def _break(self, r):
        gate = self._gate(self._round)
        r.step(["Call", "abort"], [(self._number, WRITE, 0), (gate, WRITE, 0)])
        self._states[self._round] = "broken"

    def abort(self):
        self._break(self._fresh())

    def reset(self):
        r = self._fresh()
        gate = self._gate(self._round)
        r.step(["Call", "reset"], [(self._number, WRITE, 0), (gate, WRITE, 0)])
        if self._arrived or self._states.get(self._round) == "broken":
            if self._arrived:
                self._states[self._round] = "broken"
            self._round, self._arrived = self._round + 1, 0

    @property
    def parties(self):
        return self._parties

    @property
    def n_waiting(self):
        r = self._fresh()
        r.step(["Call", "n_waiting"], [(self._number, READ, 0)], look=True)
        return self._arrived

    @property
    def broken(self):
        r = self._fresh()
        r.step(["Call", "broken"], [(self._number, READ, 0), (self._gate(self._round), READ, 0)], look=True)
        return self._states.get(self._round) == "broken"


class Thread:
    _main = False
    _actor = None
    _made = False

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None, context=None):
        if group is not None:
            raise AssertionError("group argument must be None for now")
        r = current()
        if not name:
            r.touch(NAMES, WRITE)
            r.names += 1
            name = "Thread-%d" % r.names
            if target is not None and sys.version_info >= (3, 10):
                try:
                    name += " (%s)" % target.__name__
                except AttributeError:
                    pass
        self._target, self._args, self._kwargs = target, args, kwargs or {}
        self._name = str(name)
        self._daemonic = r.me.thread.daemon if daemon is None else bool(daemon)
        r.me.made += 1
        self._hash = hash((r.me.n, r.me.made))
        self._made = True

    def __hash__(self):
        # The order of a set of threads must be the same in each run.
        return self._hash

    def run(self):
        try:
            if self._target is not None:
                self._target(*self._args, **self._kwargs)
        finally:
            del self._target, self._args, self._kwargs

    def _live(self):
        try:
            self.run()
        except (Abandoned, SystemExit, run.Refused):
            raise
        except BaseException as error:
            if threading.excepthook is REAL_EXCEPTHOOK:
                raise
            given = threading.ExceptHookArgs((type(error), error, error.__traceback__, self))
            threading.excepthook(given)

    def start(self):
        if not self._made:
            raise RuntimeError("thread.__init__() not called")
        if self._actor is not None:
            raise RuntimeError("threads can only be started once")
        r = current()
        self._actor = r.start(self, self._name, self._daemonic, self._live)

    def join(self, timeout=None):
        if not self._made:
            raise RuntimeError("Thread.__init__() not called")
        actor, r = self._actor, current()
        if actor is None:
            raise RuntimeError("cannot join thread before it is started")
        if actor is r.me:
            raise RuntimeError("cannot join current thread")
        if timeout is not None and timeout <= 0:
            r.asks_for_ends()
            r.step(["HasEnded", actor.n], [(actor.end_object, READ, 0)], look=True)
            return
        r.step(
            ["Join", actor.n],
            lambda done: [(actor.end_object, AWAIT if done else READ, 0)],
            can=lambda: actor.ended,
            deadline=deadline(timeout),
            look=timeout is not None,
        )

    def is_alive(self):
        if not self._made:
            raise RuntimeError("Thread.__init__() not called")
        actor, r = self._actor, current()
        if actor is None:
            return False
        if actor is r.me:
            return True
        r.asks_for_ends()
        r.step(["HasEnded", actor.n], [(actor.end_object, READ, 0)], look=True)
        r.tell("Yes" if actor.ended else "No")
        return not actor.ended

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = str(name)
        if self._actor is not None:
            self._actor.name = self._name

    @property
    def daemon(self):
        return self._daemonic

    @daemon.setter
    def daemon(self, daemon):
        if not self._made:
            raise RuntimeError("Thread.__init__() not called")
        if self._actor is not None:
            raise RuntimeError("cannot set daemon status of active thread")
        self._daemonic = bool(daemon)

    @property
    def ident(self):
        return None if self._actor is None else ident(self._actor)

    native_id = ident

    def getName(self):
        return self.name

    def setName(self, name):
        self.name = name

    def isDaemon(self):
        return self.daemon

    def setDaemon(self, daemon):
        self.daemon = daemon

    def __repr__(self):
        state = "initial"
        if self._actor is not None:
            state = "stopped" if self._actor.ended else "started"
        state += " daemon" if self._daemonic else ""
        number = "" if self._actor is None else " %d" % ident(self._actor)
        return "<%s(%s, %s%s)>" % (type(self).__name__, self._name, state, number)


def ident(actor):
    return 1000 + actor.n


def number_futures():
    """The order of a set of futures must be the same in each run."""
    base = sys.modules.get("concurrent.futures._base")
    if base is None or base.Future.__hash__ is future_hash:
        return
    begin = base.Future.__init__

    def __init__(self):
        r = current()
        r.me.made += 1
        self._hash = hash((r.me.n, r.me.made))
        begin(self)

    base.Future.__init__, base.Future.__hash__ = __init__, future_hash

    def take_in_order(self, futures):
        # Its own order is that of the addresses.
        self.futures = sorted(futures, key=hash)

    base._AcquireFutures.__init__ = take_in_order


def future_hash(future):
    return future._hash


class Timer(Thread):
    """It may go off at any moment, like the end of a sleep, until it is cancelled."""

    def __init__(self, interval, function, args=None, kwargs=None):
        super().__init__()
        self.interval, self.function = interval, function
        self.args, self.kwargs = args if args is not None else [], kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self):
        self.finished.set()

    def run(self):
        sleep(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


class Queue(Model):
    _fifo = True

    def __init__(self, maxsize=0):
        self.maxsize = maxsize

    def _begin(self):
        self._items, self._unfinished, self._put_count, self._taken = collections.deque(), 0, 0, 0
        self._shut = False
        self._puts, self._takes = number("puts", self._number), number("takes", self._number)
        self._done = number("done", self._number)
        self._init(self.maxsize)

    # What a subclass of the program's own may replace, as queue.py says.
    def _init(self, maxsize):
        self.queue = self._items

    def _qsize(self):
        return len(self._items)

    def _put(self, item):
        self._items.append(item)

    def _get(self):
        return self._items.popleft()

    def _plain(self):
        return self._fifo and type(self)._get is Queue._get and type(self)._put is Queue._put

    def _full(self):
        return 0 < self.maxsize <= self._qsize()

    @staticmethod
    def _patience(block, timeout):
        """Whether a call waits, and whether only for a time: a time of nothing is no wait."""
        timed = block and timeout is not None
        if timed and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        return (False, False) if timed and timeout == 0 else (block, timed)

    def put(self, item, block=True, timeout=None):
        import queue

        r = self._fresh()
        block, timed = self._patience(block, timeout)
        bounded = self.maxsize > 0

        def touches(done):
            if not done:
                return [(self._takes, READ, 0), (self._puts, READ, 0)]
            if not self._plain():
                return [(self._puts, WRITE, 0)]
            n = self._put_count
            touches = [(self._puts, PUT, n)]
            if bounded and not block:
                touches.append((self._takes, READ, 0))
            elif bounded and n >= self.maxsize:
                touches.append((self._takes, AFTER_TAKE, n - self.maxsize))
            return touches

        if block:
            can = (lambda: self._shut or not self._full()) if bounded else None
            done = r.step(
                ["Send", self._number], touches, can=can, deadline=deadline(timeout) if bounded else None,
                look=timed and self._full(),
            )
        else:
            r.step(["TrySend", self._number], lambda _: touches(not self._full()), look=self._full())
            done = not self._full()
        if self._shut:
            raise queue.ShutDown
        if not done:
            raise queue.Full
        self._put(item)
        self._put_count += 1
        self._unfinished += 1
        r.tell("Wrote", short(item))

    def get(self, block=True, timeout=None):
        import queue

        r = self._fresh()
        block, timed = self._patience(block, timeout)

        def touches(done):
            if not done:
                return [(self._takes, READ, 0), (self._puts, READ, 0)]
            if not self._plain():
                return [(self._puts, WRITE, 0)]
            how, n = TAKE if block and not timed else TRY_TAKE, self._taken
            return [(self._takes, how, n), (self._puts, how, n)]

        there = lambda: self._shut or self._qsize() > 0
        if block:
            done = r.step(
                ["Receive", self._number, timed], touches, can=there, deadline=deadline(timeout),
                look=timed and not there(),
            )
        else:
            r.step(["TryReceive", self._number], lambda _: touches(self._qsize() > 0), look=not there())
            done = self._qsize() > 0
        if done and self._shut and not self._qsize():
            raise queue.ShutDown
        if not done:
            raise queue.Empty
        item = self._get()
        self._taken += 1
        r.tell("Saw", short(item))
        return item

    def put_nowait(self, item):
        self.put(item, False)

    def get_nowait(self):
        return self.get(False)

    def _look(self, name):
        r = self._fresh()
        r.step(["Call", name], [(self._puts, READ, 0), (self._takes, READ, 0)], look=True)
        return self._qsize()

    def qsize(self):
        return self._look("qsize")

    def empty(self):
        return self._look("empty") == 0

    def full(self):
        return 0 < self.maxsize <= self._look("full")

    def task_done(self):
        r = self._fresh()
        r.step(["Call", "task_done"], [(self._done, WRITE, 0)])
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1

    def join(self):
        r = self._fresh()
        r.step(
            ["Call", "join"], [(self._done, READ, 0), (self._puts, READ, 0)], can=lambda: self._unfinished == 0
        )

    def shutdown(self, immediate=False):
        r = self._fresh()
        r.step(["Call", "shutdown"], [(o, WRITE, 0) for o in (self._puts, self._takes, self._done)])
        self._shut = True
        while immediate and self._qsize():
            self._get()
            self._unfinished -= 1

    __class_getitem__ = classmethod(types.GenericAlias)


class SimpleQueue(Queue):
    def __init__(self):
        super().__init__(0)


class LifoQueue(Queue):
    _fifo = False

    def _get(self):
        return self._items.pop()


class PriorityQueue(Queue):
    _fifo = False

    def _get(self):
        item = min(self._items)
        self._items.remove(item)
        return item


def short(value):
    try:
        text = repr(value)
    except Exception:
        text = "<%s>" % type(value).__name__
    text = run.tidy(text)
    return text if len(text) <= 60 else text[:59] + "…"


def sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    r = current()
    r.step(["Sleep"], [])
    r.me.vc[TIME] += seconds


def start_new_thread(function, args, kwargs=None):
    thread = Thread(target=function, args=args, kwargs=kwargs, name="Thread", daemon=True)
    thread.start()
    return thread.ident


def living():
    r = current()
    r.counts_threads()
    r.step(["Call", "enumerate"], [(a.end_object, READ, 0) for a in r.actors] + [(run.SPAWNS, READ, 0)], look=True)
    return [a.thread for a in r.actors if not a.ended]


def before_threads_end(function, *args, **kwargs):
    # concurrent.futures asks for this once, when it is loaded.
    BEFORE_THREADS_END.append(lambda: function(*args, **kwargs))


BEFORE_THREADS_END = []


def at_exit(function, *args, **kwargs):
    current().at_exit.append((function, args, kwargs))
    return function


def not_at_exit(function):
    r = current()
    r.at_exit = [entry for entry in r.at_exit if entry[0] != function]


def leave_main(r):
    """The end of main: the threads that are no daemons are waited for, then the end competes with the daemons."""
    for function in BEFORE_THREADS_END:
        function()
    known = r.me.vc
    while True:
        # Whoever was joined has ended in every schedule of this class: nothing is left to wait for.
        others = [a for a in r.actors[1:] if not a.daemon and not (a.ended and known.get(a.n, 0) >= a.vc[a.n])]
        if not others:
            break
        r.step(
            ["JoinAll", [a.n for a in others]],
            [(a.end_object, AWAIT, 0) for a in others],
            can=lambda: all(a.ended for a in others),
        )
    while r.at_exit:
        function, args, kwargs = r.at_exit.pop()
        function(*args, **kwargs)
    if r.daemons:
        r.step(["EndMain"], [(PROGRAM, WRITE, 0)])


def install():
    """Replaces the modules before anything else has taken names out of them."""
    import functools
    import queue

    functools.RLock = RLock
    for cls in (Thread, Timer, Lock, RLock, Condition, Event, Semaphore, BoundedSemaphore, Barrier):
        cls.__module__ = "threading"
        setattr(threading, cls.__name__, cls)
    current_thread = lambda: current().me.thread
    main_thread = lambda: current().actors[0].thread
    get_ident = lambda: ident(current().me) if current() is not None and current().me is not None else 0
    threading.current_thread = threading.currentThread = current_thread
    threading.main_thread, threading.get_ident, threading.get_native_id = main_thread, get_ident, get_ident
    threading.enumerate, threading.active_count = living, lambda: len(living())
    threading.activeCount = threading.active_count
    threading._register_atexit = before_threads_end
    threading.stack_size = lambda *_: 0
    threading.settrace = threading.setprofile = lambda _: None
    _thread.allocate_lock = _thread.allocate = Lock
    _thread.RLock = RLock
    _thread.start_new_thread = _thread.start_new = start_new_thread
    _thread.get_ident = get_ident
    for cls in (Queue, LifoQueue, PriorityQueue, SimpleQueue):
        cls.__module__ = "queue"
        setattr(queue, cls.__name__, cls)
    if not hasattr(queue, "ShutDown"):
        # Never raised before 3.13, which has no shutdown.
        for cls in (Queue,):
            del cls.shutdown
        queue.ShutDown = queue.Empty
    atexit.register, atexit.unregister = at_exit, not_at_exit
