"""What the program sees of the world: text in and out, time, chance. And what is not modelled, by name."""

import builtins
import datetime
import io
import os
import random
import signal
import sys
import time
import zlib

import schedules_run as run
from schedules_run import OUTPUT, PRINT, PROGRAM, STDIN, TIME, WRITE, Refused, current, tidy

EPOCH = 1_700_000_000.0  # The time at which every run begins: 2023-11-14, 22:13:20 UTC.

PROCESSES = (
    "it starts processes, and this explores the threads of one; those are explored when the command is given,"
    " as in `schedules python3 homework.py`"
)
NETWORK = "what comes through a network is not the same each time"
OTHER_LOOP = "its tasks are no threads, and their loop is not modelled"
C_CODE = "what C code does to memory is not seen"
MAPPED = "memory that is shared with files is not modelled"
WINDOW = "a window's loop is not modelled"
SIGNALS = "signals are not modelled"
WRITES = "it would be written in every run, so files that are written are not modelled"
GLOBALS = "what is written through it is not seen. Use the statement global"
CHINESE = {
    PROCESSES: "它会启动进程，而这里检查的是一个进程的线程；要检查进程，请给出整条命令，例如 `schedules python3 homework.py`",
    NETWORK: "网络上收到的内容每次不同",
    OTHER_LOOP: "它的任务不是线程，这里没有对它的循环建模",
    C_CODE: "看不到 C 代码对内存的操作",
    MAPPED: "这里没有对与文件共享的内存建模",
    WINDOW: "这里没有对窗口的循环建模",
    SIGNALS: "这里没有对信号建模",
    WRITES: "每次运行都会写入，所以这里没有对写文件建模",
    GLOBALS: "看不到通过它写入的内容。请使用 global 语句",
}


def sentence(place, what, why, verb=""):
    """Why something is refused, in the language of the answer. `place` is FILE:LINE, or empty."""
    if run.PROGRAM_STATE.chinese:
        return "%s%s：%s。" % (place and place + "：", what, CHINESE[why])
    return "%s%s%s: %s." % (place and place + ": ", what, verb, why)


# Modules that are refused, and why.
REFUSED = {
    "asyncio": OTHER_LOOP, "trio": OTHER_LOOP, "anyio": OTHER_LOOP, "gevent": OTHER_LOOP, "eventlet": OTHER_LOOP,
    "multiprocessing": PROCESSES, "subprocess": PROCESSES, "pty": PROCESSES, "joblib": PROCESSES,
    "socket": NETWORK, "socketserver": NETWORK, "ssl": NETWORK, "http": NETWORK, "urllib.request": NETWORK,
    "requests": NETWORK, "httpx": NETWORK, "aiohttp": NETWORK, "ftplib": NETWORK, "smtplib": NETWORK,
    "select": NETWORK, "selectors": NETWORK, "xmlrpc": NETWORK,
    "ctypes": C_CODE, "cffi": C_CODE,
    "mmap": MAPPED,
    "tkinter": WINDOW, "PyQt5": WINDOW,
    "PyQt6": WINDOW, "pygame": WINDOW,
}
# Calls that are refused when they are made, by the names that sys.audit gives them.
FORBIDDEN = {
    "os.fork": PROCESSES, "os.forkpty": PROCESSES, "os.system": PROCESSES, "os.exec": PROCESSES,
    "os.posix_spawn": PROCESSES, "os.spawn": PROCESSES, "os.startfile": PROCESSES, "subprocess.Popen": PROCESSES,
    "os.kill": PROCESSES, "os.killpg": PROCESSES, "pty.spawn": PROCESSES,
    "signal.pthread_kill": SIGNALS,
}
for name in "remove rename rmdir mkdir truncate link symlink chmod chown utime".split():
    FORBIDDEN["os." + name] = WRITES


def refuse(what, why):
    """Ends the run, and with it the search: `what` is not modelled."""
    r = current()
    frame, place = sys._getframe(1), ""
    while frame is not None:
        if frame.f_code.co_filename in run.PROGRAM_STATE.files:
            place = "%s:%d" % (os.path.basename(frame.f_code.co_filename), frame.f_lineno)
            break
        frame = frame.f_back
    r.refused = r.refused or sentence(place, what, why)
    r.over = True
    raise Refused


def watch(event, args):
    """The interpreter tells this hook of everything that reaches outside."""
    r = current()
    if r is None or r.over:
        return
    if event == "open":
        path, mode, flags = args
        writes = flags is not None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND)
        if writes or mode is not None and any(letter in mode for letter in "wax+"):
            refuse(("写 open(%r)" if run.PROGRAM_STATE.chinese else "open(%r) for writing") % (path,), WRITES)
    elif event in FORBIDDEN:
        refuse(event, FORBIDDEN[event])
    elif event.startswith("socket.") and event not in ("socket.gethostname",):
        refuse(event, NETWORK)


def output(text):
    if not text:
        return
    text = tidy(text)
    r = current()
    r.step(["Print", text], [(OUTPUT, PRINT, zlib.crc32(text.encode("utf-8", "replace")))])
    r.output.append(text)


class Out(io.TextIOBase):
    """stdout, or stderr, which is no output."""

    encoding, errors, mode, newlines = "utf-8", "strict", "w", None

    def __init__(self, name, descriptor):
        self.name, self._descriptor = name, descriptor
        self.buffer = OutBytes(self)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        if self._descriptor == 1:
            output(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def writable(self):
        return True

    def flush(self):
        pass

    def close(self):
        pass

    def reconfigure(self, **_):
        pass

    def isatty(self):
        return True

    def fileno(self):
        return self._descriptor


class OutBytes(io.RawIOBase):
    def __init__(self, text):
        self._text = text

    def write(self, data):
        self._text.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def writable(self):
        return True


class In(io.TextIOBase):
    """stdin: the text that the search was given."""

    encoding, errors, name = "utf-8", "strict", "<stdin>"

    def _take(self, end):
        r = current()
        r.step(["Call", "input"], [(STDIN, WRITE, 0)])
        text, at = run.PROGRAM_STATE.stdin, r.input_at
        r.input_at = end(text, at)
        return text[at:r.input_at]

    def readline(self, size=-1):
        return self._take(lambda text, at: (text.find("\n", at) + 1) or len(text))

    def read(self, size=-1):
        return self._take(lambda text, at: len(text) if size is None or size < 0 else min(at + size, len(text)))

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 0


OUT, ERR, IN = Out("<stdout>", 1), Out("<stderr>", 2), In()
real_print = builtins.print


def model_print(*values, sep=" ", end="\n", file=None, flush=False):
    target = sys.stdout if file is None else file
    if not isinstance(target, Out):
        return real_print(*values, sep=sep, end=end, file=target, flush=flush)
    text = io.StringIO()
    real_print(*values, sep=sep, end=end, file=text)
    target.write(text.getvalue())


def model_input(prompt=""):
    output(str(prompt))
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line[:-1] if line.endswith("\n") else line


# A thread is called after the function that it runs.
model_print.__name__ = model_print.__qualname__ = "print"
model_input.__name__ = model_input.__qualname__ = "input"


def leave(code=None):
    raise SystemExit(code)


def leave_at_once(code):
    r = current()
    r.step(["Exit", code], [(PROGRAM, WRITE, 0)])
    r.end("Exited", code) if code else r.end("Returned")
    raise run.Abandoned


# ---- time


def clock():
    """Goes on only by what is slept, and a little at each look, so that a loop can wait for it."""
    r = current()
    if r is None or r.me is None:
        return EPOCH
    r.caveats.add("Clock")
    me = r.me
    me.looks.clear()
    me.clock_reads += 1
    # After many looks in a row the loop that looks may be waiting for a time that is far away.
    me.vc[TIME] += 1e-6 * 2.0 ** min(max(me.clock_reads - 100, 0), 60)
    return EPOCH + me.vc[TIME]


def nanoseconds():
    return int(clock() * 1e9)


real_localtime, real_gmtime, real_ctime, real_strftime = time.localtime, time.gmtime, time.ctime, time.strftime
RealDatetime, RealDate = datetime.datetime, datetime.date


class Datetime(RealDatetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(clock(), tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(clock(), datetime.timezone.utc).replace(tzinfo=None)

    @classmethod
    def today(cls):
        return cls.now()


# ---- chance: a stream for each thread, so that what one draws does not depend on when. But where the
# program gives a seed, its threads share the numbers that follow from it, as they do elsewhere.

CHANCE = len(run.PROGRAM_STATE.sites)
run.PROGRAM_STATE.sites.append((0, "", 0, "random", False))


def seed(a=None, version=2):
    r = current()
    if a is None:
        r.seeded = None
    else:
        r.access(CHANCE, [(("chance",), "w")], "random")
        r.seeded = random.Random()
        r.seeded.seed(a, version)


def stream():
    r = current()
    if r.seeded is not None:
        r.access(CHANCE, [(("chance",), "w")], "random")
        return r.seeded
    r.caveats.add("Chance")
    me = current().me
    if me.random is None:
        me.random = random.Random(me.n)
    return me.random


def bytes_by_chance(n):
    return bytes(stream().getrandbits(8) for _ in range(n))


DRAWS = (
    "random uniform triangular randint choice randrange sample shuffle choices normalvariate lognormvariate expovariate"
    " vonmisesvariate gammavariate gauss betavariate binomialvariate paretovariate weibullvariate getstate setstate"
    " getrandbits randbytes"
).split()


def drawing(name):
    def draw(*args, **kwargs):
        return getattr(stream(), name)(*args, **kwargs)

    draw.__name__ = name
    return draw


real_signal, real_exit = signal.signal, os._exit
# These are told what they are given, and look into it.
READ_ARGUMENTS = {model_print}


def install():
    builtins.print, builtins.input = model_print, model_input
    builtins.exit = builtins.quit = leave
    os._exit = leave_at_once
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, clock)
        setattr(time, name + "_ns", nanoseconds)
    from schedules_models import sleep

    time.sleep = sleep
    time.localtime = lambda seconds=None: real_localtime(clock() if seconds is None else seconds)
    time.gmtime = lambda seconds=None: real_gmtime(clock() if seconds is None else seconds)
    time.ctime = lambda seconds=None: real_ctime(clock() if seconds is None else seconds)
    time.strftime = lambda form, *t: real_strftime(form, *(t or (time.localtime(),)))
    Datetime.__name__ = Datetime.__qualname__ = "datetime"
    Datetime.__module__ = "datetime"
    datetime.datetime = Datetime
    for name in DRAWS:
        if hasattr(random, name):
            draw = drawing(name)
            READ_ARGUMENTS.add(draw)
            setattr(random, name, draw)
    random.seed = seed
    os.urandom = bytes_by_chance
    random._urandom = bytes_by_chance
    # Handlers of the program's own would catch what is meant for this one.
    signal.signal = lambda *_: signal.SIG_DFL
    sys.addaudithook(watch)
