"""Tells what a script, and what it imports from its own folder, prints and where: as JSON on stdout.

A pattern is a list of texts, with None for what only a run knows. See prints/mod.rs for the rest.
"""

import ast
import json
import os
import re
import string
import sys
import tokenize

# The modules that start other programs, and the functions of os that do.
STARTERS = {"subprocess", "pty"}
STARTING = re.compile(r"(system|popen|spawn\w*|posix_spawn\w*|create_subprocess_\w+)$")
# What stands for a value in `%` formats.
PERCENT = re.compile(r"%(\([^)]*\))?[-#0 +]*(\*|\d+)?(\.(\*|\d+))?[hlL]?(.)", re.DOTALL)


def join(*patterns):
    """One pattern after the other, with texts that touch as one."""
    joined = []
    for piece in (piece for pattern in patterns for piece in pattern):
        if joined and isinstance(piece, str) and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined


def percent(text):
    pattern, end = [], 0
    for found in PERCENT.finditer(text):
        pattern += [text[end : found.start()], "%" if found[5] == "%" else None]
        end = found.end()
    return join(pattern + [text[end:]])


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def pattern(node, inside):
    """What an expression says when it is printed. What stands in its holes is added to `inside`."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, bytes):
        return join([str(node.value)])
    if isinstance(node, ast.JoinedStr):
        return join(*(pattern(value, inside) for value in node.values))
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Mod) and is_text(node.left):
            inside.append(node.right)
            return percent(node.left.value)
        if isinstance(node.op, ast.Add) and may_be_text(node):
            return join(pattern(node.left, inside), pattern(node.right, inside))
        number = node.right.value if isinstance(node.right, ast.Constant) else None
        if isinstance(node.op, ast.Mult) and is_text(node.left) and isinstance(number, int):
            return join([node.left.value * min(number, 1000)])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format" and is_text(node.func.value):
            try:
                parts = list(string.Formatter().parse(node.func.value.value))
            except ValueError:
                parts = []
            if parts:
                inside += node.args + [keyword.value for keyword in node.keywords]
                return join(*([text] + ([] if name is None else [None]) for text, name, *_ in parts))
    inside.append(node.value if isinstance(node, ast.FormattedValue) else node)
    return [None]


def may_be_text(node):
    """Whether a sum is one of texts: one of its parts is."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return may_be_text(node.left) or may_be_text(node.right)
    return is_text(node) or isinstance(node, ast.JoinedStr)


def is_stdout(node):
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "stdout"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


def is_flush(node):
    """Whether a statement is `sys.stdout.flush()`."""
    if isinstance(node, ast.Expr):
        node = node.value
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "flush"
        and is_stdout(node.func.value)
    )


class Program(ast.NodeVisitor):
    def __init__(self, script):
        self.folder = os.path.dirname(os.path.abspath(script))
        self.files = []
        self.statements = []
        self.texts = []
        self.unknown = False
        self.nowhere = False
        self.starts = False
        self.flushed = set()
        self.read(os.path.abspath(script))

    def read(self, path):
        if any(file["path"] == path for file in self.files):
            return
        with tokenize.open(path) as file:
            text = file.read()
        tree = ast.parse(text)
        name = os.path.relpath(path, self.folder).replace(os.sep, "/")
        self.files.append({"path": path, "name": name, "text": text})
        for node in ast.walk(tree):
            for _, body in ast.iter_fields(node):
                if isinstance(body, list):
                    for one, two in zip(body, body[1:]):
                        if is_flush(two) and isinstance(one, ast.Expr):
                            self.flushed.add(one.value)
        before, self.file = getattr(self, "file", None), len(self.files) - 1
        self.visit(tree)
        self.file = before

    def imported(self, name, folder):
        """Reads a module of the program's own. Any other that is not Python's may print anything."""
        parts = [part for part in name.split(".") if part]
        found = False
        for length in range(1, len(parts) + 1):
            stem = os.path.join(folder, *parts[:length])
            for path in (stem + ".py", os.path.join(stem, "__init__.py")):
                if os.path.isfile(path):
                    self.read(path)
                    found = True
        return found

    def from_elsewhere(self, name):
        top = name.split(".")[0]
        self.starts |= top in STARTERS
        self.nowhere |= top == "pprint"
        self.unknown |= top not in getattr(sys, "stdlib_module_names", ()) or top == "ctypes"

    def visit_Import(self, node):
        for alias in node.names:
            self.nowhere |= (alias.asname or alias.name) == "print"
            if not self.imported(alias.name, self.folder):
                self.from_elsewhere(alias.name)

    def visit_ImportFrom(self, node):
        here = os.path.dirname(self.files[self.file]["path"])
        for _ in range(node.level - 1):
            here = os.path.dirname(here)
        folder = here if node.level else self.folder
        module = node.module or ""
        found = self.imported(module, folder) if module else bool(node.level)
        for alias in node.names:
            self.nowhere |= (alias.asname or alias.name) == "print"
            self.unknown |= "stdout" in alias.name
            self.starts |= module == "os" and bool(STARTING.match(alias.name))
            self.nowhere |= module == "os" and alias.name.startswith("exec")
            if found or node.level:
                self.imported(module + "." + alias.name, folder)
        if not found:
            self.from_elsewhere(module)

    def visit_FunctionDef(self, node):
        self.nowhere |= node.name == "print"
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_arg(self, node):
        self.nowhere |= node.arg == "print"

    def visit_Name(self, node):
        if node.id == "print":
            # Who passes it on prints from elsewhere; who puts something else there does not print.
            self.unknown = True
            self.nowhere |= not isinstance(node.ctx, ast.Load)
        self.unknown |= node.id in ("exec", "eval")

    def visit_Attribute(self, node):
        self.unknown |= is_stdout(node) or node.attr in ("print", "__stdout__", "displayhook")
        self.nowhere |= node.attr == "reconfigure"
        if isinstance(node.value, ast.Name) and node.value.id == "os":
            self.unknown |= node.attr in ("write", "writev", "fdopen")
            self.nowhere |= node.attr.startswith("exec")
        self.starts |= bool(STARTING.match(node.attr))
        self.generic_visit(node)

    def visit_Expr(self, node):
        # What describes a function is never printed.
        if not is_text(node.value):
            self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.unknown |= "/dev/stdout" in node.value
            self.texts.append(join([node.value]))
        elif isinstance(node.value, bytes):
            self.texts.append(join([node.value.decode("utf-8", "replace")]))

    def visit_JoinedStr(self, node):
        self.note(node)

    def visit_BinOp(self, node):
        self.note(node)

    def note(self, node):
        """A text that is put together from pieces, which may be printed from elsewhere."""
        inside = []
        text = pattern(node, inside)
        if inside == [node]:
            self.generic_visit(node)
            return
        self.texts.append(text)
        for node in inside:
            self.visit(node)

    def visit_Call(self, node):
        function = node.func
        name = function.id if isinstance(function, ast.Name) else None
        if name == "print":
            self.print(node)
        elif name == "input":
            self.statement(node, [self.say(node.args[0])] if node.args else [], True)
        elif is_flush(node):
            pass
        elif isinstance(function, ast.Attribute) and function.attr == "format" and is_text(function.value):
            self.note(node)
        else:
            self.generic_visit(node)

    def say(self, node):
        inside = []
        said = pattern(node, inside)
        for node in inside:
            self.visit(node)
        return said

    def print(self, node):
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        file = given.get("file")
        if file is not None and not is_stdout(file):
            if isinstance(file, ast.Attribute) and file.attr == "stderr":
                for argument in node.args:
                    self.visit(argument)
                return
            # It may be stdout, and may be something else.
            self.unknown = True
            self.generic_visit(node)
            return
        separator, end = (self.ending(given.get(name), default) for name, default in (("sep", " "), ("end", "\n")))
        writes = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                # Nobody knows how many there are, or whether one has a line break.
                self.visit(argument.value)
                said = [None]
            else:
                said = self.say(argument)
            writes += ([separator] if writes else []) + [said]
        if None in given:
            # Keywords that only a run knows.
            self.nowhere = True
        flush = given.get("flush")
        flushed = isinstance(flush, ast.Constant) and bool(flush.value)
        self.statement(node, writes + [end], flushed or node in self.flushed)

    def ending(self, node, default):
        if node is None or isinstance(node, ast.Constant) and node.value is None:
            return join([default])
        return self.say(node)

    def statement(self, node, writes, flushed):
        self.statements.append(
            {
                "file": self.file,
                "line": node.lineno,
                "writes": [write for write in writes if write],
                "flushed": flushed,
            }
        )


program = Program(sys.argv[1])
told = {name: getattr(program, name) for name in ("statements", "texts", "unknown", "nowhere", "starts")}
told["files"] = [{"name": file["name"], "text": file["text"]} for file in program.files]
# A lone surrogate, which may stand in a text, cannot be written down.
sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
