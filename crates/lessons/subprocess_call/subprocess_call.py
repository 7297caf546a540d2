# Runs other programs, one after the other, and waits for each.
import subprocess
import sys
import time


def call(command):
    print(f"$ {command}", flush=True)
    words = command.split()

    start = time.time()
    try:
        code = subprocess.call(words)
    except (OSError, IndexError):
        program = words[0] if words else ""
        print(f'cannot start "{program}": is it installed, and spelled like this?')
        return False
    print(f"exit code {code if code >= 0 else 'none'} after {time.time() - start:.2f} s")
    return True


if __name__ == "__main__":
    commands = sys.argv[1:] or ["cargo --version", "rustc --version"]
    all_started = [call(command) for command in commands]
    if not all(all_started):
        sys.exit(1)
