"""Needs a module that is not there."""

import threading

import a_module_that_nobody_has

print("never printed")
