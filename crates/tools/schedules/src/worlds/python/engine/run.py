"""One run of a program: whose turn it is, what stands at each choice, and what happened.

The threads of the program are real threads, but only the one that holds the token runs. It runs alone
until it stands before a step; then the next step is chosen, and the token goes to whoever takes it.

Two kinds of order are kept. `Run.moves` tells the search what each step touched. The vector clocks of
the threads tell which plain accesses are ordered by those steps; two that are not, and of which one
writes, are a race: their places become steps, and the search begins again.
"""

import _thread
import random as _random
import sys
import zlib

# Taken before the program's own threads take their place.
new_lock, start_thread = _thread.allocate_lock, _thread.start_new_thread

PROGRAM, OUTPUT = 0, 1  # The objects of these numbers are the search's own.

# How a step touches an object. The names and what commutes with what are those of step.rs.
READ, WRITE, PRINT, ACQUIRE, RELEASE, TRY = "Read", "Write", "Print", "Acquire", "Release", "Try"
PUT, TAKE, TRY_TAKE, AFTER_TAKE = "Put", "Take", "TryTake", "AfterTake"
ESTABLISH, AWAIT, GIVE_UP, WAIT, WAKE, NOTIFY = "Establish", "Await", "GiveUp", "Wait", "Wake", "Notify"
EXCLUSIVE = frozenset((WRITE, ACQUIRE, GIVE_UP))

ALIVE = (PROGRAM, READ, 0)


def _commuting():
    both = lambda a, b: ((a, b), (b, a))
    never_equal = {*both(PUT, TAKE), *both(PUT, TRY_TAKE), *both(AFTER_TAKE, TAKE)}
    always = {(READ, READ), (AFTER_TAKE, AFTER_TAKE), (ESTABLISH, ESTABLISH), (AWAIT, AWAIT), *both(AWAIT, READ)}
    return never_equal, always


_UNLESS_EQUAL, _ALWAYS = _commuting()


def ways_commute(how, n, other, m):
    """Whether two touches of one object may change places."""
    pair = (how, other)
    if pair in _ALWAYS:
        return True
    if pair in _UNLESS_EQUAL:
        return n != m
    return how == PRINT and other == PRINT and n == m


def commute(one, two):
    """Whether two steps of different threads, given by their touches, may change places."""
    for a, how, n in one:
        for b, other, m in two:
            if a == b and not ways_commute(how, n, other, m):
                return False
    return True


NUMBERS = {}


def number(*key):
    """The number of an object: the same in every run, and in every process."""
    known = NUMBERS.get(key)
    if known is None:
        known = NUMBERS[key] = new_number(key)
    return known


def new_number(key):
    text = repr(key).encode()
    # Two sums with different seeds make 64 bits; the lowest numbers are the search's own.
    return (zlib.crc32(text) << 32 | zlib.crc32(text, 0x5EED)) | 2


FRESH = number("objects that no step has touched before")
SPAWNS = number("the numbers of threads")
NAMES = number("the numbers in the names of threads")
STDIN = number("stdin")
# These order steps for the search, but nothing that a program may rely on.
NO_ORDER = frozenset((PROGRAM, OUTPUT, FRESH, SPAWNS, NAMES, STDIN))

# What a thread may do between two steps before its loop is taken to have no end.
TURNS = 1_000_000
# After so many accesses in a row in a loop, one may be waiting for another thread.
QUIET = 20_000
# Whoever took so many steps in a row lets another one go.
IN_A_ROW = 200
TIME = -1  # The key of a thread's clock in its vector clock.


class Abandoned(BaseException):
    """Unwinds what is left of a thread when its run is over."""


class Refused(BaseException):
    """The program uses what is not modelled."""


class Stand:
    """A step before which a thread stands."""

    __slots__ = ("action", "touches", "can", "deadline", "place", "look", "expired", "spin", "key")

    def __init__(self, action, touches, can, deadline, place, look, key):
        self.action, self.touches, self.can, self.deadline = action, touches, can, deadline
        self.place, self.look, self.expired, self.spin, self.key = place, look, False, None, key

    def able(self):
        if self.spin is not None and not self.spin():
            return False
        return self.expired or self.can is None or self.can()

    def only_expired(self):
        return self.expired and self.can is not None and not self.can()


class Actor:
    """A thread of the program."""

    def __init__(self, n, name, daemon, thread):
        self.n, self.name, self.daemon, self.thread = n, name, daemon, thread
        self.stand = self.crash = self.born = self.lock = self.work = None
        self.ended = self.slept = False
        self.vc = {n: 1, TIME: 0.0}
        self.end_object = number("the end of thread", n)
        self.looks = []
        self.turns = self.quiet = self.abandoned = self.clock_reads = self.made = self.writes = 0
        self.turn_state = None
        self.random = None


def merge(into, clock):
    for key, value in clock.items():
        if into.get(key, 0) < value:
            into[key] = value


class Pool:
    """Threads of the system, each of which serves one thread of the program in each run."""

    def __init__(self):
        self.idle, self.busy = [], []

    def give(self, actor, body):
        if self.idle:
            worker = self.idle.pop()
        else:
            lock = new_lock()
            lock.acquire()
            worker = [lock, None]
            start_thread(self._serve, (worker,))
        self.busy.append(worker)
        worker[1] = (actor, body)
        actor.lock = worker[0]

    def _serve(self, worker):
        lock = worker[0]
        while True:
            lock.acquire()
            (actor, body), worker[1] = worker[1], None
            following = body(actor)
            actor = body = None
            following.release()

    def all_idle(self):
        # Within a run no thread is used twice, or what is local to a thread would outlive it.
        self.idle += self.busy
        self.busy = []


POOL = Pool()


class Program:
    """What stays the same in all runs of a program."""

    def __init__(self):
        self.every = False  # Whether every access is a step.
        self.one_step = False
        self.chinese = False
        self.step_limit = 5_000
        self.sites = []  # (module number, file, line, text, is in a while loop)
        self.promoted = set()
        self.new = set()
        self.files = set()
        self.one_step_sites = set()
        self.ends = False  # Whether the end of a thread is a step, since somebody asks for it.
        self.starts = False  # Whether its start is one, since somebody counts threads.
        self.learned = False
        self.stdin = ""


PROGRAM_STATE = Program()


class Run:
    def __init__(self, plan):
        self.program = PROGRAM_STATE
        self.schedule = plan.get("schedule", ())
        self.then = plan.get("then", "go")
        self.sleep = [(n, [tuple(t) for t in touches]) for n, touches in plan.get("sleep", ())]
        self.random = _random.Random(plan.get("seed", 0)) if self.then == "random" else None
        self.detailed = plan.get("detailed", False)
        self.actors, self.moves, self.steps = [], [], []
        self.over, self.finish, self.refused = False, None, None
        self.output, self.caveats = [], set()
        self.now = None  # The move under way.
        self.me = None
        self.alive = 0
        self.in_a_row = 0
        self.daemons = False
        self.history, self.versions = {}, {}
        self.log, self.keys, self.known, self.keep = {}, {}, set(), []
        self.stall = 0.0
        self.names = 0
        self.dicts, self.views, self.made_outside = {}, {}, 0
        self.input_at = 0
        self.seeded = None  # The generator that the program has given a seed, which all its threads share.
        self.at_exit = []
        self.left, self.ended, self.able_now, self.standing = [], [], [], 0

    # ---- whose turn it is

    def able(self):
        able = [actor for actor in self.actors if actor.stand is not None and actor.stand.able()]
        if able:
            return able
        # Nobody can go on: time passes until the first waits are over, and those end together.
        timed = [a.stand for a in self.actors if a.stand is not None and a.stand.deadline is not None and a.stand.spin is None]
        if not timed:
            return []
        self.stall = max(self.stall, min(stand.deadline for stand in timed))
        for stand in timed:
            if stand.deadline <= self.stall:
                stand.expired = True
        for actor in self.actors:
            if actor.vc[TIME] < self.stall:
                actor.vc[TIME] = self.stall
        return [actor for actor in self.actors if actor.stand is not None and actor.stand.able()]

    def pick(self):
        """Who has the token next."""
        if not self.over:
            me = self.me
            if me.stand is None and not me.ended:
                return me
            # What a thread does between two steps concerns nobody else.
            for actor in self.actors:
                if actor.stand is None and not actor.ended:
                    return actor
            actor = self.choose()
            if actor is not None:
                return actor
        # The run is over: all unwind, main last.
        for actor in self.actors[1:]:
            if not actor.ended:
                return actor
        return self.actors[0]

    def choose(self):
        at = len(self.moves)
        if self.sleep and self.now is not None and at >= len(self.schedule):
            # These were asleep before the last step of the schedule.
            actor, touches = self.now[0], self.now[3]
            self.sleep = [s for s in self.sleep if s[0] != actor and commute(s[1], touches)]
        able = self.able()
        self.able_now = [actor.n for actor in able]
        standing = hash(tuple((a.n, a.stand.key) for a in self.actors if a.stand is not None))
        self.standing = standing & 0xFFFF_FFFF_FFFF_FFFF
        if at >= self.program.step_limit:
            return self.end("CutOff", at)
        if not able:
            if any(a.stand is not None and a.stand.spin is not None for a in self.actors):
                return self.end("Endless")
            return self.end("Deadlock")
        blocked = any(
            a.stand is not None and a.stand.action[0] in ("Lock", "Wake") and not a.stand.able() for a in self.actors
        )
        asked = len(able) > 1 or blocked
        try_all = any(actor.stand.only_expired() for actor in able)
        if at < len(self.schedule):
            wanted = self.schedule[at]
            actor = next((a for a in able if a.n == wanted), None)
            if actor is None:
                return self.stop("Diverged")
        elif self.then == "stop" or self.then == "asked" and asked:
            return self.stop("Planned")
        elif self.then == "straight":
            last = self.now[0] if self.now is not None else 0
            actor = next((a for a in able if a.n == last), None)
            if actor is None:
                return self.stop("Planned")
        elif self.random is not None:
            actor = self.random.choice(able)
        else:
            actor = self.by_rule(able)
            if actor is None:
                return self.stop("Asleep")
        self.in_a_row = self.in_a_row + 1 if self.now is not None and self.now[0] == actor.n else 0
        self.now = [actor.n, self.able_now, self.standing, [], asked, try_all]
        self.moves.append(self.now)
        return actor

    def by_rule(self, able):
        asleep = {n for n, _ in self.sleep}
        awake = [actor for actor in able if actor.n not in asleep]
        if not awake:
            return None
        last = self.now[0] if self.now is not None else 0
        if self.actors[last].slept or self.in_a_row >= IN_A_ROW:
            return next((a for a in awake if a.n > last), awake[0])
        return next((a for a in awake if a.n == last), awake[0])

    def end(self, *end):
        return self.stop("Ended", *end)

    def stop(self, *finish):
        if not self.over:
            self.over, self.finish = True, list(finish)
            # Unwinding changes what follows.
            self.left = [None if actor.ended else actor.stand for actor in self.actors]
            self.ended = [actor.ended for actor in self.actors]
        return None

    def switch(self, me):
        """Passes the token on, and returns when it has come back."""
        following = self.pick()
        if following is not me:
            self.me = following
            following.lock.release()
            me.lock.acquire()
            self.me = me
        if self.over:
            self.abandon(me)

    def abandon(self, me):
        me.abandoned += 1
        if me.abandoned > 100 and me.n != 0:
            # It catches whatever is thrown at it: its thread is left where it stands, for good.
            me.ended = True
            self.alive -= 1
            if POOL.busy:
                POOL.busy = [worker for worker in POOL.busy if worker[0] is not me.lock]
            following = self.pick()
            self.me = following
            following.lock.release()
            forever = new_lock()
            forever.acquire()
            forever.acquire()
        raise Abandoned

    # ---- steps

    def place(self):
        frame = sys._getframe(2)
        files = self.program.files
        while frame is not None:
            if frame.f_code.co_filename in files:
                return (frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back
        return None

    def step(self, action, touches, can=None, deadline=None, place=None, look=False):
        """Stands before a step, and returns when it is this thread's turn to take it.

        `touches` is a list, or is called with whether the step's condition holds and gives one. False
        is returned where the time was up.
        """
        me = self.me
        if self.over:
            self.abandon(me)
        if place is None:
            place = self.place()
        before = touches if type(touches) is list else touches(True)
        stand = Stand(action, touches, can, deadline, place, look, (str(action), place, tuple(before)))
        if look:
            self.spins(me, stand)
        me.turns = me.quiet = me.clock_reads = 0
        me.turn_state = None
        me.stand = stand
        self.switch(me)
        me.stand = None
        done = can is None or can()
        touched = [ALIVE]
        touched += touches if type(touches) is list else touches(done)
        if stand.spin is not None:
            # It goes on because one of these has changed.
            seen = {o for look in me.looks for o, _ in look[1]}
            touched += [(o, READ, 0) for o in sorted(seen) if (o, READ, 0) not in touched]
        if not done:
            touched.append((PROGRAM, GIVE_UP, 0))
            for actor in self.actors:
                merge(me.vc, actor.vc)
        self.now[3] += touched
        me.slept = action[0] == "Sleep"
        if look:
            seen = [(o, self.versions.get(o, 0)) for o, _, _ in touched if o > OUTPUT]
            me.looks.append((stand.key[:2], seen, self.state_of(me, stand)))
        elif not me.slept:
            me.looks.clear()
        self.order(me, touched)
        if self.detailed:
            self.steps.append([me.n, action, place, ["Done"] if done else ["GaveUp"]])
        return done

    def tell(self, *outcome):
        """Says what came of the step that was just taken."""
        if self.detailed and self.steps:
            self.steps[-1][3] = list(outcome)

    def asks_for_ends(self):
        """Somebody asks whether a thread has ended: then its end does not belong to the step before."""
        if not self.program.ends:
            self.program.ends = self.program.learned = True

    def counts_threads(self):
        """Somebody sees which threads there are: then a start can be noticed as well."""
        self.asks_for_ends()
        if not self.program.starts:
            self.program.starts = self.program.learned = True

    def touch(self, obj, how, n=0):
        """What belongs to the move under way, without being a step."""
        if self.now is not None and (obj, how, n) not in self.now[3]:
            self.now[3].append((obj, how, n))

    def order(self, me, touched):
        """Merges the clocks of the steps that had to come before."""
        vc = me.vc
        ordering = [t for t in touched if t[0] not in NO_ORDER]
        if ordering:
            for obj, how, n in ordering:
                past = self.history.get(obj)
                if past:
                    for (_, other, m), clock in past.items():
                        if not ways_commute(how, n, other, m):
                            merge(vc, clock)
            clock = dict(vc)
            for obj, how, n in ordering:
                if how in EXCLUSIVE:
                    self.history[obj] = {(me.n, how, n): clock}
                else:
                    self.history.setdefault(obj, {})[me.n, how, n] = clock
                if how not in (READ, AWAIT):
                    self.versions[obj] = self.versions.get(obj, 0) + 1
        vc[me.n] += 1

    # ---- loops that wait

    def spins(self, me, stand):
        """A thread that comes by again as it was, and finds all as it was, waits for a change."""
        looks = me.looks
        if not looks:
            return
        same = [i for i, look in enumerate(looks) if look[0] == stand.key[:2] and look[2] is not None]
        if not same:
            return
        first = same[-1]
        if looks[first][2] != self.frames():
            return
        seen = [version for look in looks[first:] for version in look[1]]
        versions = self.versions
        if all(versions.get(o, 0) == version for o, version in seen):
            self.caveats.add("BoundedWait")
            stand.spin = lambda: any(versions.get(o, 0) != version for o, version in seen)

    def state_of(self, me, stand):
        if any(look[0] == stand.key[:2] for look in me.looks):
            return self.frames()
        return None

    def frames(self):
        """What the program's own functions hold in their variables, as far as it is plain data."""
        frame, state = sys._getframe(1), []
        plain = (int, str, bool, float, bytes, type(None))
        while frame is not None:
            code = frame.f_code
            if code.co_filename in self.program.files:
                values = tuple((k, v if type(v) in plain else id(v)) for k, v in frame.f_locals.items())
                state.append((code.co_name, frame.f_lineno, values))
            frame = frame.f_back
        return state

    def turn(self):
        """A turn of a loop in the program."""
        me = self.me
        if self.over:
            self.abandon(me)
        me.turns += 1
        if me.turns > TURNS:
            if me.turn_state is None:
                me.turn_state = (me.writes, self.frames())
            elif me.turn_state == (me.writes, self.frames()):
                self.endless(me, "Endless")
            elif me.turns > TURNS + 1_000:
                self.endless(me, "CutOff", len(self.moves))

    def endless(self, me, *end):
        self.end(*end)
        self.abandon(me)

    # ---- threads

    def start(self, thread, name, daemon, body):
        me = self.me
        if self.over:
            self.abandon(me)
        if self.program.starts:
            self.step(["Call", "start"], [(SPAWNS, WRITE, 0)])
        actor = Actor(len(self.actors), name, daemon, thread)
        actor.vc = dict(me.vc)
        actor.vc[actor.n] = 1
        me.vc[me.n] += 1
        actor.born = len(self.moves) - 1 if self.moves else None
        self.daemons = self.daemons or daemon
        self.actors.append(actor)
        self.alive += 1
        self.touch(SPAWNS, WRITE)
        if self.detailed:
            self.steps.append([me.n, ["Start", actor.n], self.place(), ["Done"]])
        POOL.give(actor, lambda actor: self.live(actor, body))
        return actor

    def live(self, actor, body):
        self.me = actor
        try:
            if not self.over:
                body()
        except (Abandoned, Refused, SystemExit):
            pass
        except BaseException as error:
            if not self.over:
                actor.crash = told(error)
        try:
            if self.program.ends and not self.over:
                self.step(["End"], [(actor.end_object, WRITE, 0)])
        except Abandoned:
            pass
        actor.ended = True
        self.alive -= 1
        if not self.over:
            self.touch(actor.end_object, ESTABLISH)
            self.history.setdefault(actor.end_object, {})[actor.n, ESTABLISH, 0] = dict(actor.vc)
            self.versions[actor.end_object] = 1
        following = self.pick()
        self.me = following
        return following.lock

    # ---- plain accesses

    def key(self, obj):
        """A number for an object, the same in all runs that began with the same choices."""
        at = id(obj)
        key = self.keys.get(at)
        if key is None:
            key = self.keys[at] = len(self.keys)
            self.keep.append(obj)
            if len(self.actors) == 1:
                # Main alone has made it or seen it: it has this number in every run.
                self.known.add(key)
        return key

    def access(self, site, keys, label):
        """An access of the program at `site`: `keys` are what it touches, each with r, w or m.

        m marks the part of a container that changes one item: two of them concern different items.
        """
        me, program = self.me, self.program
        if self.over:
            self.abandon(me)
        tick = me.vc[me.n]
        if program.every or site in program.promoted:
            self.access_step(site, keys, label)
            if program.every:
                return
        else:
            for _, how in keys:
                if how != "r":
                    me.looks.clear()
                    me.writes += 1
                    me.quiet = 0
            me.quiet += 1
            if me.quiet > QUIET and self.alive and program.sites[site][4]:
                # It may wait for another thread without a step.
                program.new.add(site)
                return self.access_step(site, keys, label)
        n, vc, new, promoted = me.n, me.vc, program.new, program.promoted
        for key, how in keys:
            entry = self.log.get(key)
            if entry is None:
                entry = self.log[key] = [None, {}, {}]
            last, reads, marks = entry
            if last is not None and last[0] != n and vc.get(last[0], 0) < last[1]:
                new.update(s for s in (last[2], site) if s not in promoted)
            if how != "r":
                for other, (at, s) in reads.items():
                    if other != n and vc.get(other, 0) < at:
                        new.update(s for s in (s, site) if s not in promoted)
            if how != "m":
                for other, (at, s) in marks.items():
                    if other != n and vc.get(other, 0) < at:
                        new.update(s for s in (s, site) if s not in promoted)
            if how == "w":
                entry[0] = (n, tick, site)
                entry[1], entry[2] = {}, {}
            elif how == "m":
                marks[n] = (tick, site)
            else:
                reads[n] = (tick, site)

    def access_step(self, site, keys, label):
        ways = {"r": READ, "w": WRITE, "m": PRINT}
        touches, writes, fresh = [], False, False
        for key, how in keys:
            if type(key[0]) is int and key[0] not in self.known:
                self.known.add(key[0])
                fresh = True
            writes = writes or how != "r"
            touches.append((number(*key), ways[how], 0))
        if fresh:
            touches.append((FRESH, WRITE, 0))
        _, file, line, text, _ = self.program.sites[site]
        kind = "Update" if site in self.program.one_step_sites else "Write" if writes else "Read"
        place = (file, line) if line else self.place()
        self.step([kind, label or text, touches[-1 if not fresh else -2][0]], touches, place=place, look=not writes)


def told(error):
    """An exception as the last line of its traceback has it."""
    try:
        text = tidy(str(error))
    except Exception:
        text = "<exception str() failed>"
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__


def tidy(text):
    """Addresses are others in each run."""
    if " at 0x" not in text:
        return text
    import re

    return re.sub(r" at 0x[0-9a-fA-F]+", " at 0x…", text)


RUN = None
WARM = True  # Whether the modules that the program uses were loaded before.


def begin(plan):
    global RUN
    RUN = Run(plan)
    return RUN


def current():
    return RUN
