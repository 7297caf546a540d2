"""Loads a program, and makes one run of it for each line that comes in: a plan there, a run back, as JSON."""

import gc
import importlib
import importlib.machinery
import itertools
import json
import os
import select
import signal
import sys
import types

import schedules_run as run
import schedules_models as models
import schedules_outside as outside

# Replaced before anything else takes names out of these modules; imports themselves keep real locks.
importlib._bootstrap._thread = types.SimpleNamespace(**vars(run._thread))
models.install()
outside.install()

import schedules_access as access  # noqa: E402
import schedules_rewrite as rewrite  # noqa: E402

access.install()

STATE = run.PROGRAM_STATE
CODES = {}  # path -> (number, code)
FOLDER, ENVIRONMENT = os.getcwd(), dict(os.environ._data)
MODULES = []  # The names of modules that belong to the program.


def module_code(path, source=None):
    if path not in CODES:
        if source is None:
            with open(path, "rb") as file:
                source = file.read()
        number = len(CODES)
        STATE.files.add(path)
        CODES[path] = (number, None)
        CODES[path] = (number, rewrite.compiled(source, path, number))
    return CODES[path]


class Loader:
    """Loads a module that lies beside the program."""

    def __init__(self, path):
        self.path = path

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        number, code = module_code(self.path)
        r = run.current()
        r.dicts[number] = module.__dict__
        r.dicts_by_id[id(module.__dict__)] = number
        MODULES.append(module.__name__)
        exec(code, module.__dict__)


class Finder:
    def __init__(self, folder):
        self.folder = os.path.realpath(folder) + os.sep

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not spec.origin or not spec.origin.endswith(".py"):
            return None
        origin = os.path.realpath(spec.origin)
        if not origin.startswith(self.folder) or "site-packages" in origin:
            return None
        spec.loader = Loader(spec.origin)
        return spec


def load(message):
    path = message["program"]
    STATE.stdin = message.get("stdin", "")
    STATE.one_step = message.get("one_step", False)
    STATE.chinese = message.get("chinese", False)
    STATE.every = message.get("every", False)
    STATE.step_limit = message.get("step_limit", STATE.step_limit)
    folder = os.path.dirname(os.path.abspath(path))
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, Finder(folder))
    sys.argv = [path] + message.get("arguments", [])
    sys.unraisablehook = lambda _: None
    source = message.get("source")
    try:
        module_code(path, None if source is None else source.encode())
    except (SyntaxError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            return {"refused": "%s: %s" % (os.path.basename(path), error)}
        where = "%s:%s" % (os.path.basename(error.filename or path), error.lineno)
        return {"refused": "%s: %s: %s" % (where, type(error).__name__, error.msg)}
    except rewrite.NotModelled as error:
        return {"refused": str(error)}
    except (OSError, ValueError) as error:
        return {"refused": str(error)}
    # What Python's own modules do once, when they are loaded, is done before the first run that counts.
    run.WARM = False
    first = run_once(path, {})
    run.WARM = True
    models.number_futures()
    if "refused" in first:
        return first
    return {"ready": ".".join(map(str, sys.version_info[:3])), "files": list(CODES)}


def run_once(path, plan):
    STATE.new = set()
    main = object.__new__(models.Thread)
    main._name, main._daemonic, main._made, main._main, main._hash = "MainThread", False, True, True, 0
    r = run.Run(plan)
    r.dicts_by_id = {}
    actor = run.Actor(0, "MainThread", False, main)
    main._actor = actor
    actor.lock = run.new_lock()
    actor.lock.acquire()
    r.actors.append(actor)
    r.me = actor
    number, code = module_code(path)
    module = types.ModuleType("__main__")
    variables = module.__dict__
    variables["__file__"] = path
    r.dicts[number] = variables
    r.dicts_by_id[id(variables)] = number
    saved = sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, list(sys.argv)
    sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr = module, outside.IN, outside.OUT, outside.ERR
    hook = models.threading.excepthook
    run.RUN = r
    end = ["Returned"]
    try:
        try:
            exec(code, variables)
        except (run.Abandoned, run.Refused):
            pass
        except SystemExit as error:
            end = exit_code(error.code)
        except BaseException as error:
            end = ["Raised", run.told(error)]
        try:
            if not r.over:
                models.leave_main(r)
        except (run.Abandoned, run.Refused, SystemExit):
            pass
        actor.ended = not r.over
        r.end(*end)
        actor.ended = True
        # The others unwind.
        while r.alive:
            following = r.pick()
            if following is actor:
                break
            r.me = following
            following.lock.release()
            actor.lock.acquire()
            r.me = actor
    finally:
        answer = report(r, variables)
        run.RUN = None
        sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, sys.argv = saved
        models.threading.excepthook = hook
        if os.getcwd() != FOLDER:
            os.chdir(FOLDER)
        # Looked at below the mapping, which would decode all of it for each run.
        if os.environ._data != ENVIRONMENT:
            os.environ.clear()
            os.environ.update((os.environ.decodekey(k), os.environ.decodevalue(v)) for k, v in ENVIRONMENT.items())
        for name in MODULES:
            sys.modules.pop(name, None)
        del MODULES[:]
        run.POOL.all_idle()
        forget(r)
        variables.clear()
    return answer


def exit_code(code):
    if code is None or code == 0:
        return ["Returned"]
    if isinstance(code, int):
        return ["Exited", code & 0xFF] if code & 0xFF else ["Returned"]
    return ["Exited", 1]


def forget(r):
    """What modules of Python's own keep beyond a run."""
    futures = sys.modules.get("concurrent.futures.thread")
    if futures is not None:
        futures._shutdown = False
        futures.ThreadPoolExecutor._counter = itertools.count().__next__
        futures._threads_queues.clear()
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.root.handlers.clear()
        logging.root.setLevel(logging.WARNING)
        logging.Logger.manager.loggerDict.clear()
    r.keep = r.history = r.log = r.views = r.dicts = None


def report(r, variables):
    if r.refused:
        return {"refused": r.refused}
    if STATE.new or STATE.learned:
        STATE.promoted |= STATE.new
        STATE.learned = False
        return {"learned": len(STATE.promoted)}
    lives = []
    for actor, stand, ended in zip(r.actors, r.left, r.ended):
        pending = None if ended else []
        if stand is not None:
            touches = stand.touches
            pending = [run.ALIVE] + (touches if type(touches) is list else touches(True))
        lives.append([actor.born, pending])
    answer = {
        "moves": r.moves,
        "lives": lives,
        "output": "".join(r.output),
        "finish": r.finish,
        "able": r.able_now,
        "standing": r.standing,
        "crashes": sorted(actor.crash for actor in r.actors if actor.crash),
        "caveats": sorted(r.caveats),
    }
    if r.detailed:
        answer["details"] = details(r, variables)
    return answer


def details(r, variables):
    names = name_things(variables)
    things, numbers = [], {}

    def thing(kind, n, name=None):
        if n not in numbers:
            numbers[n] = len(things)
            things.append([kind, name or names.get(n)])
        return numbers[n]

    kinds = {
        "Lock": "Lock", "TryLock": "Lock", "Unlock": "Lock", "Send": "Channel", "TrySend": "Channel",
        "Receive": "Channel", "TryReceive": "Channel", "Notify": "Condition", "Arrive": "Barrier", "Pass": "Barrier",
        "Set": "Flag", "Clear": "Flag", "AwaitSet": "Flag", "Peek": "Flag",
    }

    def told(action):
        kind = action[0]
        if kind in ("Read", "Write", "Update"):
            return [kind, thing("Variable", action[2], action[1])]
        if kind in ("Wait", "Wake"):
            return [kind, thing("Condition", action[1]), thing("Lock", action[2])] + action[3:]
        if kind in kinds:
            semaphore = kind in ("Lock", "TryLock", "Unlock") and action[2]
            return [kind, thing("Semaphore" if semaphore else kinds[kind], action[1])] + action[2:]
        return action

    steps = [[n, told(action), place, outcome] for n, action, place, outcome in r.steps]
    pending = []
    for actor, stand in zip(r.actors, r.left):
        pending.append(None if stand is None else [actor.n, told(stand.action), stand.place, ["Done"]])
    return {
        "steps": steps, "next": pending, "names": [a.name if a.n else None for a in r.actors],
        "things": things,
    }


def name_things(variables):
    """The names under which the program's main module has what threads share."""
    names = {}
    for name, value in variables.items():
        if isinstance(value, models.Model):
            names.setdefault(value._number, name)
    for name, value in variables.items():
        for attribute, inner in (getattr(value, "__dict__", None) or {}).items() if not isinstance(value, type) else ():
            if isinstance(inner, models.Model):
                names.setdefault(inner._number, "%s.%s" % (name, attribute))
    return names


def watch_parent():
    """Ends with whoever started this, also in the middle of a long run."""
    poll = select.poll()
    poll.register(0, 0)
    poll.poll()
    outside.real_exit(1)


def serve():
    outside.real_signal(signal.SIGINT, signal.SIG_IGN)
    incoming = sys.stdin.buffer
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    if hasattr(select, "poll"):
        run.start_thread(watch_parent, ())
    gc.disable()
    first = json.loads(incoming.readline())
    out.write(json.dumps(load(first)) + "\n")
    out.flush()
    count = 0
    while True:
        line = incoming.readline()
        if not line:
            break
        answer = run_once(first["program"], json.loads(line))
        out.write(json.dumps(answer, separators=(",", ":")) + "\n")
        out.flush()
        count += 1
        if count % 200 == 0:
            gc.collect()
    outside.real_exit(0)
