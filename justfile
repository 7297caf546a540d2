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

# Build both books into target/book (cargo install mdbook --locked)
book:
    docs/build

# Run lessons, or all, and write down what the books show of a run: just samples bank_lock
samples *lessons:
    cargo run --quiet --package parity -- --samples {{lessons}}

# Run the recipes and write down what the books show of them
recipes:
    docs/recipes/run

# Write down the stories that the books tell
stories:
    cargo run --quiet --package schedules -- pages

# Draw lessons, or all that have a picture, for the books: just pictures bank_lock (Linux)
pictures *lessons:
    docs/draw {{lessons}}

# Look at every page of the built books in Chromium (node, npm, chromium)
look:
    docs/check/run

# The tests that need nothing but Rust
test:
    cargo test --workspace

# The tests that need python3, and those that take minutes
test-rest:
    cargo test --workspace -- --ignored

# Does everything compile for Windows and macOS?
platforms:
    .ci/platforms

# Run the process lessons as Windows programs, under wine (wine, gcc-mingw-w64-x86-64)
wine:
    .ci/wine

# Every thread lesson a thousand times, but for those that measure
long:
    cargo run --quiet --package parity -- --times 1000 \
        bank_deadlock bank_deposit bank_lock bank_no_lock bank_transfer change_it change_it_no_lock \
        daemon_threads lost_updates ping_pong_threads print_thread responsive_main \
        serial_downloads shared_counter thread_args thread_order

# Every process lesson two hundred times
long-processes:
    cargo run --quiet --package parity -- --times 200 \
        child_process daemon_vs_join fork_demo fork_globals no_shared_globals ping_pong_process \
        pool_demo process_args process_ids process_order subprocess_call terminate_process two_tasks

# Signals at random moments for every process lesson and for util; FAULTS_SEED=… brings a run back
faults:
    cargo test --workspace many_signals -- --ignored --nocapture

# The same work in CPython and here, in turns; --write for the books' table and chart (python3)
compare *arguments:
    cargo run --quiet --release --package compare -- {{arguments}}

# What a child process and a pool cost, beside the least that they could cost
bench:
    cargo bench --package util

# How long a student waits who has built nothing yet
cold:
    crates/tools/compare/cold

# Everything that has to hold before a change is done
ci:
    .ci/run
