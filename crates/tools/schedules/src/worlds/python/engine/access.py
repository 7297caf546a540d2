"""What the rewritten program calls where it reads or writes what threads may share.

Each of these is told a site: the number of a place in the source. The object that is touched is known
here and nowhere else, since the text of a program does not say what a name stands for.
"""

import bisect
import builtins
import collections
import heapq
import operator
import random
import types

import schedules_models as models
import schedules_run as run
from schedules_outside import READ_ARGUMENTS, Out

current = run.current

SEQUENCES = (list, collections.deque, bytearray)
DICTS = (dict,)
CONTAINERS = (list, dict, set, collections.deque, bytearray)
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
ITERATORS = (types.GeneratorType, type(iter([])), type(iter({})), type(iter(set())), zip, map, filter, enumerate)

CHANGES = set(
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard appendleft extendleft"
    " popleft rotate subtract intersection_update difference_update symmetric_difference_update move_to_end"
    " __setitem__ __delitem__ __iadd__ __ior__ __iand__ __isub__ __ixor__ __imul__".split()
)
# These put a value into the container and do not look into the value.
KEEPS_ONLY = {"append", "add", "insert", "appendleft"}
VIEW_METHODS = {"keys", "values", "items"}
# These do not look into what they are given.
BLIND = {isinstance, issubclass, id, type, callable, operator.is_}
LAZY = {enumerate, zip, map, filter, iter}
CHANGE_FIRST = {
    heapq.heappush, heapq.heappop, heapq.heapify, heapq.heapreplace, heapq.heappushpop, bisect.insort,
    bisect.insort_left, bisect.insort_right, random.shuffle, next,
}
METHOD_TYPES = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
NO_DATA = (
    types.FunctionType, types.BuiltinFunctionType, property, staticmethod, classmethod, types.GetSetDescriptorType,
) + METHOD_TYPES
# Objects of these kinds are not watched: they are the same for ever, or their calls are steps themselves.
PLAIN = (
    str, int, float, bool, complex, bytes, tuple, frozenset, range, type(None), types.FunctionType,
    types.BuiltinFunctionType, types.MethodType, super, Out, types.TracebackType, types.FrameType, types.CodeType,
)
SIMPLE_KEYS = (str, int, bool, bytes, type(None))
# What a thread has of Python's own is not data of the program's.
OWN_NAMES = set(
    "_target _args _kwargs _name _daemonic _made _actor _main _hash _number _run _owner _count _lock acquire release".split()
)


def item_keys(o, k, writes):
    """What is touched by a read or write of one item."""
    r = current()
    key = r.key(o)
    if isinstance(o, dict):
        if type(k) not in SIMPLE_KEYS:
            return [((key,), "w" if writes else "r")]
        try:
            there = k in o
        except Exception:
            there = True
        if not there:
            grows = writes or isinstance(o, collections.defaultdict)
            return [((key,), "w" if grows else "r"), ((key, "item", k), "r")]
    elif isinstance(o, SEQUENCES) and type(k) in (int, bool):
        length = len(o)
        k = int(k) + length if k < 0 else int(k)
        if not 0 <= k < length:
            return [((key,), "r")]
    else:
        return [((key,), "w" if writes else "r")] + ([] if writes else [((key, "items"), "r")])
    if writes:
        return [((key,), "r"), ((key, "items"), "m"), ((key, "item", k), "w")]
    return [((key,), "r"), ((key, "item", k), "r")]


def whole(o, depth=0):
    """What is touched by a read of all that a container holds."""
    if isinstance(o, VIEWS):
        o = current().views.get(id(o), (None, None))[1]
    if isinstance(o, CONTAINERS):
        key = current().key(o)
        keys = [((key,), "r")]
        if not isinstance(o, set):
            keys.append(((key, "items"), "r"))
        if depth < 3:
            inside = o.values() if isinstance(o, dict) else o
            for x in list(inside)[:200]:
                if isinstance(x, (tuple,) + CONTAINERS):
                    keys += whole(x, depth + 1)
        return keys
    if isinstance(o, tuple) and depth < 3:
        return [key for x in o[:200] for key in whole(x, depth + 1)]
    if isinstance(o, ITERATORS):
        return [((current().key(o),), "w")]
    return []


def quick(o):
    """Whether `whole` could find anything."""
    return isinstance(o, CONTAINERS) or isinstance(o, (tuple, VIEWS, ITERATORS))


def told(value, writes, site):
    r = current()
    if r.detailed and r.steps and (site in r.program.promoted or r.program.every):
        if site in r.program.one_step_sites:
            if writes:
                before = r.steps[-1][3]
                r.tell("Changed", before[1] if len(before) > 1 else "", models.short(value))
            else:
                r.tell("Saw", models.short(value))
        else:
            r.tell("Wrote" if writes else "Saw", models.short(value))


# ---- attributes


def home(o, name):
    """Whose variable an attribute is: the keys that a read of it touches, or None if it is no data."""
    own = getattr(o, "__dict__", None)
    if type(own) is dict and name in own:
        if isinstance(o, (models.Thread, models.Model)) and name in OWN_NAMES:
            return None
        return [o]
    classes = o.__mro__ if isinstance(o, type) else type(o).__mro__
    for cls in classes:
        found = cls.__dict__.get(name, home)
        if found is not home:
            if isinstance(found, types.MemberDescriptorType):
                return [o]
            if isinstance(found, NO_DATA) or hasattr(type(found), "__get__"):
                return None
            return [o, cls] if not isinstance(o, type) else [cls]
    return [o] if own is not None and not isinstance(o, type) else None


def module_key(module, name):
    """The key of a variable of one of the program's own modules."""
    d = module.__dict__
    number = current().dicts_by_id.get(id(d))
    return None if number is None else ("G", number, name)


def attribute_keys(o, name, writes):
    if isinstance(o, types.ModuleType):
        key = module_key(o, name)
        return None if key is None else [(key, "w" if writes else "r")]
    if isinstance(o, types.FunctionType):
        # A function may be used as a place for a counter.
        return [((current().key(o), name), "w" if writes else "r")] if writes or name in o.__dict__ else None
    if isinstance(o, PLAIN):
        return None
    if writes:
        found = None
        for cls in type(o).__mro__:
            found = cls.__dict__.get(name)
            if found is not None:
                break
        if found is not None and not isinstance(found, types.MemberDescriptorType) and hasattr(type(found), "__set__"):
            return None
        if isinstance(o, (models.Thread, models.Model)) and name in OWN_NAMES:
            return None
        return [((current().key(o), name), "w")]
    owners = home(o, name)
    if owners is None:
        return None
    r = current()
    return [((r.key(owner), name), "r") for owner in owners]


def get_attribute(site, o, name):
    if isinstance(o, CONTAINERS):
        method = getattr(type(o), name, None)
        if isinstance(method, METHOD_TYPES) or isinstance(method, types.BuiltinFunctionType):
            return container_method(site, o, name)
    if isinstance(o, PLAIN) and not isinstance(o, types.FunctionType):
        value = getattr(o, name)
        if name == "join" and isinstance(o, (str, bytes)):
            return reading(site, value)
        return value
    keys = attribute_keys(o, name, False)
    if keys is None:
        return getattr(o, name)
    r = current()
    if site in r.program.one_step_sites:
        keys = [(keys[0][0], "w")]
    r.access(site, keys, "")
    value = getattr(o, name)
    if r.detailed:
        told(value, False, site)
    return value


def reading(site, function):
    def call(*args, **kwargs):
        keys = [key for x in args if quick(x) for key in whole(x)]
        if keys:
            current().access(site, keys, "")
        return function(*args, **kwargs)

    return call


def method_keys(o, name, args):
    """What a method of a container touches of the container itself."""
    key = current().key(o)
    if args and name == "__setitem__":
        return item_keys(o, args[0], True)
    if args and (name == "__getitem__" or isinstance(o, dict) and name in ("get", "__contains__")):
        keys = item_keys(o, args[0], False)
        # These two make no item, also where an access by [] would.
        return keys if name == "__getitem__" else [(k, "r") for k, _ in keys]
    if name in CHANGES:
        return [((key,), "w")]
    if name == "__len__":
        return [((key,), "r")]
    return whole(o)


def container_method(site, o, name):
    method = getattr(o, name)

    def call(*args, **kwargs):
        r = current()
        keys = method_keys(o, name, args)
        if name not in KEEPS_ONLY:
            for x in args:
                if x is not o and isinstance(x, CONTAINERS + VIEWS):
                    keys = keys + whole(x)
        r.access(site, keys, r.program.sites[site][3].rsplit(".", 1)[0])
        result = method(*args, **kwargs)
        if name in VIEW_METHODS and isinstance(result, VIEWS):
            r.views[id(result)] = (result, o)
        return result

    call.__name__ = name
    return call


class Proxy:
    """Stands for an object where one of its attributes or items is the target of an assignment."""

    __slots__ = ("_S_o", "_S_s")

    def __init__(self, o, site):
        object.__setattr__(self, "_S_o", o)
        object.__setattr__(self, "_S_s", site)

    def __getattribute__(self, name):
        get = object.__getattribute__
        return get_attribute(get(self, "_S_s"), get(self, "_S_o"), name)

    def __setattr__(self, name, value):
        get = object.__getattribute__
        o, site = get(self, "_S_o"), get(self, "_S_s")
        r = current()
        if site not in r.program.one_step_sites:
            keys = attribute_keys(o, name, True)
            if keys is not None:
                r.access(site, keys, "")
        setattr(o, name, value)
        if r.detailed:
            told(value, True, site)

    def __delattr__(self, name):
        get = object.__getattribute__
        o, site = get(self, "_S_o"), get(self, "_S_s")
        keys = attribute_keys(o, name, True)
        if keys is not None:
            current().access(site, keys, "")
        delattr(o, name)

    def __getitem__(self, k):
        get = object.__getattribute__
        return get_item(get(self, "_S_s"), get(self, "_S_o"), k)

    def __setitem__(self, k, value):
        get = object.__getattribute__
        o, site = get(self, "_S_o"), get(self, "_S_s")
        r = current()
        if isinstance(o, CONTAINERS) and site not in r.program.one_step_sites:
            keys = item_keys(o, k, True)
            for x in (value,):
                if isinstance(k, slice) and isinstance(x, CONTAINERS):
                    keys = keys + whole(x)
            r.access(site, keys, "")
        o[k] = value
        if r.detailed and isinstance(o, CONTAINERS):
            told(value, True, site)

    def __delitem__(self, k):
        get = object.__getattribute__
        o, site = get(self, "_S_o"), get(self, "_S_s")
        if isinstance(o, CONTAINERS):
            r = current()
            r.access(site, [((r.key(o),), "w")], "")
        del o[k]


def get_item(site, o, k):
    if not isinstance(o, CONTAINERS):
        return o[k]
    r = current()
    keys = item_keys(o, k, False)
    if site in r.program.one_step_sites:
        keys = item_keys(o, k, True)
    r.access(site, keys, "")
    value = o[k]
    if r.detailed:
        told(value, False, site)
    return value


# ---- variables


def read_global(site, name):
    r = current()
    r.access(site, [(("G", r.program.sites[site][0], name), "r")], name)


def saw(site, value):
    if current().detailed:
        told(value, False, site)
    return value


class Variables:
    """Stands for a module where one of its variables is the target of an assignment."""

    __slots__ = ("_S_s",)

    def __init__(self, site):
        object.__setattr__(self, "_S_s", site)

    def __getattr__(self, name):
        site = object.__getattribute__(self, "_S_s")
        r = current()
        module = r.program.sites[site][0]
        how = "w" if site in r.program.one_step_sites else "r"
        r.access(site, [(("G", module, name), how)], name)
        variables = r.dicts[module]
        if name in variables:
            value = variables[name]
        else:
            try:
                value = getattr(builtins, name)
            except AttributeError:
                raise NameError("name %r is not defined" % name) from None
        if r.detailed:
            told(value, False, site)
        return value

    def __setattr__(self, name, value):
        site = object.__getattribute__(self, "_S_s")
        r = current()
        module = r.program.sites[site][0]
        if site not in r.program.one_step_sites:
            r.access(site, [(("G", module, name), "w")], name)
        r.dicts[module][name] = value
        if r.detailed:
            told(value, True, site)

    def __delattr__(self, name):
        site = object.__getattribute__(self, "_S_s")
        r = current()
        module = r.program.sites[site][0]
        r.access(site, [(("G", module, name), "w")], name)
        try:
            del r.dicts[module][name]
        except KeyError:
            raise NameError("name %r is not defined" % name) from None


def write_global(site, name, value):
    r = current()
    r.access(site, [(("G", r.program.sites[site][0], name), "w")], name)
    return value


def cell_key(capture):
    cell = capture.__closure__[0]
    r = current()
    at = id(cell)
    # The same cell is reached from the function that has it and from those that see it.
    key = r.keys.get(at)
    if key is None:
        key = r.key(cell)
    return key


def read_cell(site, name, capture):
    r = current()
    r.access(site, [((cell_key(capture), "cell"), "r")], name)


def write_cell(site, name, capture, value):
    r = current()
    r.access(site, [((cell_key(capture), "cell"), "w")], name)
    if r.detailed:
        told(value, True, site)
    return value


# ---- values that are looked into


def look_into(site, o):
    """An operator or a format reads all of a container."""
    if isinstance(o, CONTAINERS) or isinstance(o, VIEWS) or type(o) is tuple:
        keys = whole(o)
        if keys:
            current().access(site, keys, "")
    return o


def truth(site, o):
    """Whether a container is empty is read."""
    if isinstance(o, CONTAINERS):
        r = current()
        r.access(site, [((r.key(o),), "r")], "")
    return o


def contains(site, k, o):
    if isinstance(o, dict):
        current().access(site, method_keys(o, "__contains__", (k,)), "")
    else:
        look_into(site, o)
    return k in o


def contains_not(site, k, o):
    return not contains(site, k, o)


def in_hash_order(o):
    """The order of a set of strings is another one in each process of Python, unless it is told which."""
    if isinstance(o, set) and len(o) > 1 and any(isinstance(x, (str, bytes)) for x in o):
        current().caveats.add("HashOrder")


ORDERLESS = {len, sorted, sum, min, max, any, all, set, frozenset, bool}


def each(site, o):
    """Goes through a container, and reads it at each item."""
    if isinstance(o, VIEWS):
        known = current().views.get(id(o))
        return o if known is None else items_of(site, known[1], iter(o))
    if isinstance(o, CONTAINERS):
        in_hash_order(o)
        return items_of(site, o, iter(o))
    if isinstance(o, ITERATORS):
        return taken_from(site, o)
    return o


def items_of(site, o, iterator):
    r = current()
    key, at = (r.key(o),), 0
    sequence = isinstance(o, (list, collections.deque))
    mapping = isinstance(o, dict)
    while True:
        keys = [(key, "r")]
        if sequence:
            keys.append(((key[0], "item", at), "r"))
        elif mapping:
            keys.append(((key[0], "items"), "r"))
        current().access(site, keys, "")
        try:
            x = next(iterator)
        except StopIteration:
            return
        at += 1
        yield x


def taken_from(site, iterator):
    """Threads may share an iterator, and each item is taken by one of them."""
    while True:
        r = current()
        r.access(site, [((r.key(iterator),), "w")], "")
        try:
            x = next(iterator)
        except StopIteration:
            return
        yield x


AUGMENTED = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "BitOr": operator.ior, "BitAnd": operator.iand,
    "BitXor": operator.ixor,
}


def augmented(site, operation, o, value):
    """A local name may stand for a container that others have too."""
    if isinstance(o, CONTAINERS):
        r = current()
        keys = [((r.key(o),), "w")]
        if isinstance(value, CONTAINERS) and value is not o:
            keys += whole(value)
        r.access(site, keys, "")
    return AUGMENTED[operation](o, value)


def call(site, function, *args, **kwargs):
    """A function that is not the program's own reads the containers that it is given."""
    kind = type(function)
    if kind is types.FunctionType:
        if function.__code__.co_filename in run.PROGRAM_STATE.files or function.__module__ in OWN_MODULES:
            if function not in READ_ARGUMENTS:
                return function(*args, **kwargs)
    elif kind is types.MethodType:
        code = getattr(function.__func__, "__code__", None)
        if code is None or code.co_filename in run.PROGRAM_STATE.files or function.__func__.__module__ in OWN_MODULES:
            return function(*args, **kwargs)
    elif kind is type and function not in READING_TYPES and function not in LAZY:
        return function(*args, **kwargs)
    if kind is types.BuiltinFunctionType and function in ATTRIBUTE_CALLS:
        return ATTRIBUTE_CALLS[function](site, *args)
    some = False
    for x in args:
        if quick(x):
            some = True
    for x in kwargs.values():
        if quick(x):
            some = True
    if not some:
        return function(*args, **kwargs)
    try:
        blind, lazy, first = function in BLIND, function in LAZY, function in CHANGE_FIRST
        ordered = function not in ORDERLESS
    except TypeError:  # A callable that cannot be hashed.
        blind = lazy = first = False
        ordered = True
    if blind:
        return function(*args, **kwargs)
    if lazy:
        return function(*[each(site, x) if quick(x) else x for x in args], **kwargs)
    if ordered:
        for x in args:
            in_hash_order(x)
    keys = []
    if function is len:
        keys = [(k, h) for k, h in whole(args[0], 9)[:1]]
    else:
        for x in args:
            if first:
                keys.append(((current().key(x),), "w"))
                first = False
            else:
                keys += whole(x)
        for x in kwargs.values():
            keys += whole(x)
    if keys:
        current().access(site, keys, "")
    return function(*args, **kwargs)


def get_attribute_call(site, o, name, *default):
    try:
        return get_attribute(site, o, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def set_attribute_call(site, o, name, value):
    setattr(Proxy(o, site), name, value)


def has_attribute_call(site, o, name):
    try:
        get_attribute(site, o, name)
    except AttributeError:
        return False
    return True


ATTRIBUTE_CALLS = {getattr: get_attribute_call, setattr: set_attribute_call, hasattr: has_attribute_call}
READING_TYPES = {list, tuple, set, dict, frozenset, str, bytes, bytearray, collections.deque, collections.Counter,
                 collections.OrderedDict, collections.defaultdict, reversed}
OWN_MODULES = {"schedules_models", "schedules_outside", "schedules_access", "schedules_run"}


def turn():
    run.RUN.turn()


def caught():
    """Nothing may catch what unwinds a run that is over."""
    r = run.RUN
    if r.over:
        r.abandon(r.me)


HELPERS = {
    "_S_attr": get_attribute, "_S_proxy": Proxy, "_S_item": get_item, "_S_read": read_global, "_S_saw": saw,
    "_S_vars": Variables, "_S_write": write_global, "_S_cell": read_cell, "_S_set_cell": write_cell,
    "_S_into": look_into, "_S_truth": truth, "_S_in": contains, "_S_not_in": contains_not, "_S_each": each,
    "_S_aug": augmented, "_S_call": call, "_S_turn": turn, "_S_caught": caught, "_S_slice": slice,
}


def install():
    for name, helper in HELPERS.items():
        setattr(builtins, name, helper)
