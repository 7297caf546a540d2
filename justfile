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
    cargo run --quiet --package house -- samples {{lessons}}

# Add a lesson: just new-lesson barrier thread "N1" "threads wait for each other" "线程互相等待"
new-lesson name kind sections english chinese:
    cargo run --quiet --package house -- new-lesson {{name}} {{kind}} "{{sections}}" "{{english}}" "{{chinese}}"

# Make every change that the pages tell to try, and see what comes of it (python3, minutes)
try:
    cargo test --package book --test steps -- --include-ignored

# Run the recipes and write down what the books show of them
recipes:
    docs/recipes/run

# Build a process lesson five times from nothing, and write down what each crate costs
dependencies:
    cargo run --quiet --package house -- dependencies

# Write down the stories that the books tell, and the games in them (python3, Linux)
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

# Five hundred random Python programs and six hundred of processes, each searched twice (Linux, python3, a quarter of an hour)
thorough:
    cargo test --package schedules --test python thorough -- --ignored --nocapture
    cargo test --package schedules --test processes_models thorough -- --ignored --nocapture

# Does everything compile for Windows and macOS?
platforms:
    .ci/platforms

# Run the process lessons as Windows programs, under wine (wine, gcc-mingw-w64-x86-64)
wine:
    .ci/wine

# Every thread lesson a thousand times
long:
    cargo run --quiet --package parity -- --times 1000 threads

# Every process lesson two hundred times
long-processes:
    cargo run --quiet --package parity -- --times 200 processes

# Signals at random moments for every process lesson and for util; FAULTS_SEED=… brings a run back
faults:
    cargo test --workspace many_signals -- --ignored --nocapture

# Every process lesson in every order, again and again: does a run ever do what it was not told? (Linux, an hour)
divergences runs="50000":
    RUNS={{runs}} cargo test --package schedules --test processes_lessons thorough_no_run_diverges -- --ignored --nocapture

# The same work in CPython and here, in turns; --write for the books' table and chart (python3)
compare *arguments:
    cargo run --quiet --release --package compare -- {{arguments}}

# What a child process and a pool cost, beside the least that they could cost
bench:
    cargo bench --package bench

# How long a student waits who has built nothing yet
cold:
    crates/tools/compare/cold

# Everything that has to hold before a change is done
ci:
    .ci/run
