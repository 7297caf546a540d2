# The commands that are typed often. `just` alone lists them.

_default:
    @just --list --unsorted

# Run a lesson: just run bank_lock
run lesson *arguments:
    cargo run --quiet --package {{lesson}} -- {{arguments}}

# Run a lesson and its Python twin side by side, or all of them: just parity bank_lock
parity *lesson:
    cargo run --quiet --package parity -- {{lesson}}

# Draw what a lesson's processes and threads did: just timeline bank_lock (Linux)
timeline *arguments:
    cargo run --quiet --package timeline -- {{arguments}}

# Run a thread lesson under every schedule, or choose each step: just schedules play bank_no_lock
schedules *arguments:
    cargo run --quiet --package schedules -- {{arguments}}

# The tests that need nothing but Rust
test:
    cargo test --workspace

# The tests that need python3, and those that take minutes
test-rest:
    cargo test --workspace -- --ignored

# What a child process and a pool cost; for the second, python3 is needed
bench:
    cargo bench --package util

# Everything that has to hold before a change is done
ci:
    .ci/run
