"""Rewrites a program so that its reads and writes of what threads may share go through access.py.

No line moves. Plain local variables stay as they are, and cost nothing.
"""

import ast
import os

import schedules_outside as outside
import schedules_run as run

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Calls of these need their own frame, or look into nothing.
NOT_WRAPPED = set(
    "super exec eval locals vars dir globals isinstance issubclass id type range int float bool round abs chr ord"
    " callable object property staticmethod classmethod ValueError TypeError RuntimeError Exception".split()
)


class NotModelled(Exception):
    pass


class Scope:
    """A module, a class, a function or a comprehension, and its names."""

    def __init__(self, kind, node, parent):
        self.kind, self.parent = kind, parent
        self.own, self.globals, self.nonlocals, self.used = {}, set(), set(), set()
        self.fixed = set()  # Names bound by def, class or import.
        self.parameters = set()
        self.shared = set()  # Own names that functions inside see, and that are bound more than once or late.
        self.inside = []
        self.comprehension = isinstance(node, COMPREHENSIONS)
        if parent is not None:
            parent.inside.append(self)

    def bind(self, name):
        self.own[name] = self.own.get(name, 0) + 1


class Names(ast.NodeVisitor):
    """Builds the scopes."""

    def __init__(self, tree):
        self.scopes = {}
        self.scope = self.scopes[tree] = Scope("module", tree, None)
        self.module = self.scope
        for node in tree.body:
            self.visit(node)
        self.resolve(self.module)

    def enter(self, kind, node, parts):
        self.scope = self.scopes[node] = Scope(kind, node, self.scope)
        for part in parts:
            self.visit(part)
        self.scope = self.scope.parent

    def visit_FunctionDef(self, node):
        self.scope.bind(node.name)
        self.scope.fixed.add(node.name)
        for part in node.decorator_list + node.args.defaults + [d for d in node.args.kw_defaults if d]:
            self.visit(part)
        self.function(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        for part in node.args.defaults + [d for d in node.args.kw_defaults if d]:
            self.visit(part)
        self.function(node, [node.body])

    def function(self, node, body):
        self.scope = self.scopes[node] = Scope("function", node, self.scope)
        a = node.args
        for arg in a.posonlyargs + a.args + a.kwonlyargs + [a.vararg, a.kwarg]:
            if arg is not None:
                self.scope.bind(arg.arg)
                self.scope.parameters.add(arg.arg)
        for part in body:
            self.visit(part)
        self.scope = self.scope.parent

    def visit_ClassDef(self, node):
        self.scope.bind(node.name)
        self.scope.fixed.add(node.name)
        for part in node.decorator_list + node.bases + node.keywords:
            self.visit(part)
        self.enter("class", node, node.body)

    def comprehension(self, node):
        self.visit(node.generators[0].iter)
        self.scope = self.scopes[node] = Scope("function", node, self.scope)
        for n, generator in enumerate(node.generators):
            self.visit(generator.target)
            if n:
                self.visit(generator.iter)
            for test in generator.ifs:
                self.visit(test)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self.scope = self.scope.parent

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        # Inside of a comprehension the name belongs to the function around.
        target = self.scope
        while target.comprehension:
            target = target.parent
        target.bind(node.target.id)
        self.scope.used.add(node.target.id)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.scope.used.add(node.id)
        else:
            self.scope.bind(node.id)

    def visit_AugAssign(self, node):
        if isinstance(node.target, ast.Name):
            self.scope.used.add(node.target.id)
            self.scope.bind(node.target.id)
        self.generic_visit(node)

    def visit_For(self, node):
        # What is bound in a loop is bound again and again.
        self.generic_visit(node)
        for name in bound_in(node):
            self.scope.bind(name)

    def visit_While(self, node):
        self.generic_visit(node)
        for name in bound_in(node):
            self.scope.bind(name)

    def visit_ExceptHandler(self, node):
        if node.name:
            self.scope.bind(node.name)
            self.scope.fixed.add(node.name)
        self.generic_visit(node)

    def visit_alias(self, node):
        name = (node.asname or node.name).split(".")[0]
        self.scope.bind(name)
        self.scope.fixed.add(name)

    def visit_Global(self, node):
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node):
        self.scope.nonlocals.update(node.names)

    def generic_visit(self, node):
        for name in ("annotation", "returns", "type_params"):
            if hasattr(node, name):
                for field, value in ast.iter_fields(node):
                    if field in ("annotation", "returns", "type_params"):
                        continue
                    for child in value if isinstance(value, list) else [value]:
                        if isinstance(child, ast.AST):
                            self.visit(child)
                return  # Annotations are not looked into: nothing of them runs in a thread.
        for pattern in ("name", "rest"):
            # Captures of a match statement.
            if type(node).__name__ in ("MatchAs", "MatchStar", "MatchMapping") and getattr(node, pattern, None):
                self.scope.bind(getattr(node, pattern))
                self.scope.fixed.add(getattr(node, pattern))
        ast.NodeVisitor.generic_visit(self, node)

    def resolve(self, scope):
        """Finds whose each used name is, and marks what functions share."""
        names = set(scope.used) | scope.globals | scope.nonlocals | set(scope.own)
        for name in names:
            owner = self.owner(scope, name)
            if owner is None or owner is scope or name in owner.fixed and owner.own.get(name) == 1:
                continue
            if owner.kind == "module":
                owner.shared.add(name)
            elif owner.kind == "function":
                changes = owner.own.get(name, 0) > 1 or name in scope.nonlocals or name not in owner.parameters
                if changes:
                    owner.shared.add(name)
        for inner in scope.inside:
            self.resolve(inner)

    def owner(self, scope, name):
        """The scope whose name this is, seen from `scope`; None for what is built in or a class's own."""
        if name in scope.globals:
            return self.module
        if name in scope.own and name not in scope.nonlocals:
            return scope
        up = scope.parent
        while up is not None:
            if up.kind == "function" and name in up.own and name not in up.globals and name not in up.nonlocals:
                return up
            if up.kind == "function" and name in up.globals:
                return self.module
            if up.kind == "module":
                declared = name in up.own or any(name in s.globals for s in self.scopes.values())
                return up if declared else None
            up = up.parent
        return scope if scope.kind == "module" and name in scope.own else None


def bound_in(node):
    names = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names.add(inner.id)
    return names


class Rewriter(ast.NodeTransformer):
    def __init__(self, tree, module, file):
        self.names = Names(tree)
        self.scope = self.names.module
        self.module, self.file = module, file
        self.classes = []
        self.loops = 0
        self.temporaries = 0

    # ---- building blocks

    def site(self, node, text=None):
        sites = run.PROGRAM_STATE.sites
        sites.append((self.module, self.file, node.lineno, ast.unparse(node) if text is None else text, self.loops > 0))
        return len(sites) - 1

    def call(self, node, helper, *args):
        args = [ast.Constant(a) if isinstance(a, (int, str)) else a for a in args]
        new = ast.Call(ast.Name(helper, ast.Load()), list(args), [])
        return ast.fix_missing_locations(ast.copy_location(new, node))

    def statement(self, node, helper):
        return ast.copy_location(ast.Expr(self.call(node, helper)), node)

    def mangled(self, name):
        if name.startswith("__") and not name.endswith("__") and self.classes:
            prefix = self.classes[-1].lstrip("_")
            return "_%s%s" % (prefix, name) if prefix else name
        return name

    def kind(self, name):
        owner = self.names.owner(self.scope, name)
        if owner is None or name not in owner.shared:
            return None
        if owner.kind == "module":
            return "global"
        return "cell" if owner.kind == "function" else None

    def within(self, node, visit):
        outer, self.scope = self.scope, self.names.scopes[node]
        loops, self.loops = self.loops, 0
        try:
            return visit()
        finally:
            self.scope, self.loops = outer, loops

    def many(self, nodes):
        result = []
        for node in nodes:
            new = self.visit(node)
            if isinstance(new, list):
                result += new
            elif new is not None:
                result.append(new)
        return result

    # ---- scopes

    def visit_FunctionDef(self, node):
        node.decorator_list = self.many(node.decorator_list)
        node.args.defaults = self.many(node.args.defaults)
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]

        def body():
            docstring = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
            node.body = docstring + self.many(node.body[len(docstring):])

        self.within(node, body)
        return node

    def visit_AsyncFunctionDef(self, node):
        raise NotModelled(outside.sentence(self.place(node), "async def", outside.OTHER_LOOP))

    def visit_Lambda(self, node):
        node.args.defaults = self.many(node.args.defaults)
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]

        def body():
            node.body = self.visit(node.body)

        self.within(node, body)
        return node

    def visit_ClassDef(self, node):
        node.decorator_list = self.many(node.decorator_list)
        node.bases = self.many(node.bases)
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self.classes.append(node.name)

        def body():
            docstring = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
            node.body = docstring + self.many(node.body[len(docstring):])

        self.within(node, body)
        self.classes.pop()
        return node

    def comprehension(self, node):
        first = node.generators[0]
        first.iter = self.iterated(first.iter)

        def body():
            for n, generator in enumerate(node.generators):
                generator.target = self.plain_target(generator.target)
                if n:
                    generator.iter = self.iterated(generator.iter)
                generator.ifs = [self.tested(test) for test in generator.ifs]
            if isinstance(node, ast.DictComp):
                node.key, node.value = self.visit(node.key), self.visit(node.value)
            else:
                node.elt = self.visit(node.elt)

        self.within(node, body)
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def plain_target(self, target):
        # The variables of a comprehension are its own.
        for inner in ast.walk(target):
            if isinstance(inner, (ast.Attribute, ast.Subscript)):
                return self.visit(target)
        return target

    # ---- reads

    def visit_Name(self, node):
        kind = self.kind(node.id)
        if kind is None:
            return node
        if isinstance(node.ctx, ast.Load):
            site = self.site(node)
            if kind == "global":
                # The attribute of a stand-in for the module: a NameError stays one.
                stand_in = self.call(node, "_S_vars", site)
                return ast.copy_location(ast.Attribute(stand_in, node.id, ast.Load()), node)
            look = self.call(node, "_S_cell", site, node.id, self.capture(node))
            read = self.call(node, "_S_saw", site, node)
            return ast.copy_location(ast.BoolOp(ast.Or(), [look, read]), node)
        if kind == "global":
            stand_in = self.call(node, "_S_vars", self.site(node))
            return ast.copy_location(ast.Attribute(stand_in, node.id, node.ctx), node)
        return node

    def capture(self, node):
        none = ast.arguments(posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
        return ast.copy_location(ast.Lambda(none, ast.copy_location(ast.Name(node.id, ast.Load()), node)), node)

    def visit_Attribute(self, node):
        site = self.site(node)
        value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            return self.call(node, "_S_attr", site, value, self.mangled(node.attr))
        node.value = self.call(node, "_S_proxy", value, site)
        return node

    def visit_Subscript(self, node):
        site = self.site(node)
        value = self.visit(node.value)
        index = self.visit(node.slice)
        if isinstance(node.ctx, ast.Load) and not (isinstance(index, ast.Tuple) and any(isinstance(e, (ast.Slice, ast.Starred)) for e in index.elts)):
            if isinstance(index, ast.Slice):
                parts = [part or ast.Constant(None) for part in (index.lower, index.upper, index.step)]
                index = self.call(node, "_S_slice", *parts)
            return self.call(node, "_S_item", site, value, index)
        if isinstance(node.ctx, ast.Load):
            node.value = value
        else:
            node.value = self.call(node, "_S_proxy", value, site)
        node.slice = index
        return node

    def visit_Call(self, node):
        wrapped = bool(node.args or node.keywords)
        if isinstance(node.func, ast.Name) and node.func.id in NOT_WRAPPED:
            wrapped = False
        if isinstance(node.func, ast.Name) and node.func.id == "globals" and self.kind("globals") is None:
            raise NotModelled(outside.sentence(self.place(node), "globals()", outside.GLOBALS))
        if all(isinstance(a, ast.Constant) for a in node.args) and not node.keywords:
            wrapped = False
        given = [a for a in node.args if not isinstance(a, ast.Constant)]
        site = self.site(node, ast.unparse(given[0]) if given else None) if wrapped else None
        node.func = self.visit(node.func)
        node.args = [self.argument(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if wrapped:
            node.args = [ast.copy_location(ast.Constant(site), node), node.func] + node.args
            node.func = ast.copy_location(ast.Name("_S_call", ast.Load()), node)
        return node

    def argument(self, node):
        if isinstance(node, ast.Starred):
            site = self.site(node.value)
            node.value = self.call(node.value, "_S_into", site, self.visit(node.value))
            return node
        return self.visit(node)

    def looked_into(self, node):
        """An operand that may be a container."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Tuple)):
            return self.visit(node)
        site = self.site(node)
        return self.call(node, "_S_into", site, self.visit(node))

    def tested(self, node):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            site = self.site(node)
            return self.call(node, "_S_truth", site, self.visit(node))
        return self.visit(node)

    def iterated(self, node):
        site = self.site(node)
        value = self.visit(node)
        if isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.ListComp)):
            return value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            return value
        return self.call(node, "_S_each", site, value)

    def visit_BinOp(self, node):
        node.left, node.right = self.looked_into(node.left), self.looked_into(node.right)
        return node

    def visit_FormattedValue(self, node):
        node.value = self.looked_into(node.value)
        if node.format_spec is not None:
            node.format_spec = self.visit(node.format_spec)
        return node

    def visit_Compare(self, node):
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            site = self.site(node)
            helper = "_S_in" if isinstance(node.ops[0], ast.In) else "_S_not_in"
            return self.call(node, helper, site, self.visit(node.left), self.visit(node.comparators[0]))
        if all(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
            self.generic_visit(node)
            return node
        node.left = self.looked_into(node.left)
        node.comparators = [self.looked_into(c) for c in node.comparators]
        return node

    def visit_BoolOp(self, node):
        node.values = [self.tested(value) for value in node.values]
        return node

    def visit_UnaryOp(self, node):
        node.operand = self.tested(node.operand) if isinstance(node.op, ast.Not) else self.visit(node.operand)
        return node

    def visit_IfExp(self, node):
        node.test, node.body, node.orelse = self.tested(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_If(self, node):
        node.test = self.tested(node.test)
        node.body, node.orelse = self.many(node.body), self.many(node.orelse)
        return node

    def visit_Assert(self, node):
        node.test = self.tested(node.test)
        if node.msg is not None:
            node.msg = self.visit(node.msg)
        return node

    def visit_While(self, node):
        self.loops += 1
        node.test = self.tested(node.test)
        node.body = [self.statement(node, "_S_turn")] + self.many(node.body)
        self.loops -= 1
        node.orelse = self.many(node.orelse)
        return node

    def visit_For(self, node):
        node.iter = self.iterated(node.iter)
        node.target, after = self.target(node.target)
        node.body = [self.statement(node, "_S_turn")] + after + self.many(node.body)
        node.orelse = self.many(node.orelse)
        return node

    def visit_Try(self, node):
        node.body = self.many(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self.visit(handler.type)
            handler.body = [self.statement(handler, "_S_caught")] + self.many(handler.body)
        node.orelse, node.finalbody = self.many(node.orelse), self.many(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_match_case(self, node):
        if node.guard is not None:
            node.guard = self.tested(node.guard)
        node.body = self.many(node.body)
        return node

    def visit_Match(self, node):
        node.subject = self.looked_into(node.subject)
        node.cases = [self.visit(case) for case in node.cases]
        return node

    # ---- writes

    def target(self, target):
        """A target without names that functions share, and what stores those after."""
        if isinstance(target, ast.Name):
            if self.kind(target.id) != "cell":
                return self.visit(target), []
            self.temporaries += 1
            name = "_S_%d" % self.temporaries
            value = ast.copy_location(ast.Name(name, ast.Load()), target)
            return ast.copy_location(ast.Name(name, ast.Store()), target), [self.store_cell(target, target, value)]
        if isinstance(target, (ast.Tuple, ast.List)):
            after = []
            for n, part in enumerate(target.elts):
                target.elts[n], more = self.target(part)
                after += more
            return target, after
        if isinstance(target, ast.Starred):
            target.value, after = self.target(target.value)
            return target, after
        return self.visit(target), []

    def store_cell(self, node, target, value):
        site = self.site(target)
        stored = self.call(node, "_S_set_cell", site, target.id, self.capture(target), value)
        return ast.copy_location(ast.Assign([ast.copy_location(ast.Name(target.id, ast.Store()), target)], stored), node)

    def visit_Assign(self, node):
        unpacks = any(isinstance(t, (ast.Tuple, ast.List)) for t in node.targets)
        node.value = self.looked_into(node.value) if unpacks else self.visit(node.value)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and self.kind(node.targets[0].id) == "cell":
            return self.store_cell(node, node.targets[0], node.value)
        after = []
        for n, target in enumerate(node.targets):
            node.targets[n], more = self.target(target)
            after += more
        return [node] + after

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node
        value = self.visit(node.value)
        if isinstance(node.target, ast.Name):
            kind = self.kind(node.target.id)
            if kind == "cell":
                return self.store_cell(node, node.target, value)
            if kind is None:
                node.value = value
                return node
        return ast.copy_location(ast.Assign([self.visit(node.target)], value), node)

    def visit_AugAssign(self, node):
        one_step = run.PROGRAM_STATE.one_step and not any(
            isinstance(n, (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)) for n in ast.walk(node.value)
        )
        target, before = node.target, []
        value = self.visit(node.value)
        if one_step and not isinstance(value, ast.Constant):
            # What is added is known before, so that the addition itself is one step.
            self.temporaries += 1
            name = "_S_%d" % self.temporaries
            before = [ast.copy_location(ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), node)], value), node)]
            value = ast.copy_location(ast.Name(name, ast.Load()), node)
        if isinstance(target, ast.Name):
            kind = self.kind(target.id)
            if kind is None:
                if isinstance(value, ast.Constant) or type(node.op).__name__ not in ("Add", "Sub", "Mult", "BitOr", "BitAnd", "BitXor"):
                    node.value = value
                    return before + [node]
                load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
                site = self.site(node)
                added = self.call(node, "_S_aug", site, type(node.op).__name__, load, value)
                return before + [ast.copy_location(ast.Assign([target], added), node)]
            if kind == "cell":
                first = len(run.PROGRAM_STATE.sites)
                load = self.visit(ast.copy_location(ast.Name(target.id, ast.Load()), target))
                if one_step:
                    run.PROGRAM_STATE.one_step_sites.add(first)
                    load.values[0].func.id = "_S_set_cell"
                    load.values[0].args.append(ast.copy_location(ast.Constant(None), node))
                    added = ast.copy_location(ast.BinOp(load, node.op, value), node)
                    return before + [ast.copy_location(ast.Assign([target], added), node)]
                added = ast.copy_location(ast.BinOp(load, node.op, value), node)
                return before + [self.store_cell(node, target, added)]
        first = len(run.PROGRAM_STATE.sites)
        node.target = self.visit(target)
        if one_step:
            # The site of the target itself is the first that visiting it has made.
            run.PROGRAM_STATE.one_step_sites.add(first)
        node.value = value
        return before + [node]

    def visit_NamedExpr(self, node):
        node.value = self.visit(node.value)
        kind = self.kind(node.target.id)
        if kind == "global":
            node.value = self.call(node, "_S_write", self.site(node), node.target.id, node.value)
        elif kind == "cell":
            node.value = self.call(node, "_S_set_cell", self.site(node), node.target.id, self.capture(node.target), node.value)
        return node

    def visit_With(self, node):
        after = []
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
            if item.optional_vars is not None:
                item.optional_vars, more = self.target(item.optional_vars)
                after += more
        node.body = after + self.many(node.body)
        return node

    def visit_Delete(self, node):
        node.targets = [t if isinstance(t, ast.Name) and self.kind(t.id) == "cell" else self.visit(t) for t in node.targets]
        return node

    # ---- what is refused

    def refuse(self, node, name, why):
        raise NotModelled(outside.sentence(self.place(node), name, why, " is not modelled"))

    def place(self, node):
        return "%s:%d" % (os.path.basename(self.file), node.lineno)

    def visit_Import(self, node):
        for alias in node.names:
            self.check(node, alias.name)
        return node

    def visit_ImportFrom(self, node):
        if node.level == 0:
            self.check(node, node.module)
            for alias in node.names:
                self.check(node, "%s.%s" % (node.module, alias.name))
        return node

    def check(self, node, name):
        parts = name.split(".")
        for n in range(1, len(parts) + 1):
            part = ".".join(parts[:n])
            if part in outside.REFUSED:
                self.refuse(node, part, outside.REFUSED[part])
        if name.endswith("ProcessPoolExecutor"):
            self.refuse(node, name, outside.PROCESSES)


def compiled(source, path, module):
    """The code of a module of the program, rewritten."""
    tree = ast.parse(source, path)
    rewriter = Rewriter(tree, module, path)
    docstring = tree.body[:1] if ast.get_docstring(tree, clean=False) is not None else []
    rest = tree.body[len(docstring):]
    # Imports from __future__ stay first.
    tree.body = docstring + rewriter.many(rest)
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)
