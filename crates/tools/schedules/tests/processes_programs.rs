//! Programs of others: pipelines, make, pools, locks; and programs that get no answer, or are stopped.
//! Whatever happens, nothing is left running.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use schedules::search::{Findings, classes};
use schedules::world::{Caveat, End, Fault, Plan, World};
use schedules::worlds::processes::{Options, Processes, Sleeps};

const LIMIT: Duration = Duration::from_secs(300);

fn any() -> Options {
    Options { sleeps: Sleeps::Any, ..Options::default() }
}

fn command(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn search(words: &[&str], options: &Options) -> Findings {
    let mut world = Processes::new(command(words), options.clone()).unwrap();
    classes::all(&mut world, LIMIT)
}

fn python(program: &str, options: &Options) -> Findings {
    let python = course::python().unwrap().to_str().unwrap();
    search(&[python, "-c", program], options)
}

/// What a program prints in its endings, all of which were found.
fn outputs(found: &Findings) -> BTreeSet<&str> {
    assert!(found.complete(), "{found:?}");
    assert!(found.endings.keys().all(|ending| ending.end == End::Returned), "{found:?}");
    found.endings.keys().map(|ending| ending.output.as_str()).collect()
}

#[test]
fn a_pipeline_has_one_ending_and_two_jobs_have_two() {
    let found = search(&["bash", "-c", "printf 'b\\na\\n' | sort | head -1"], &any());
    assert_eq!(outputs(&found), BTreeSet::from(["a\n"]));
    let found = search(&["bash", "-c", "echo one & echo two; wait; echo three"], &any());
    assert_eq!(outputs(&found), BTreeSet::from(["one\ntwo\nthree\n", "two\none\nthree\n"]));
}

#[test]
fn who_writes_may_find_that_nobody_reads() {
    let found = search(&["bash", "-c", "(echo a; echo b) | true; echo ${PIPESTATUS[0]}"], &any());
    assert_eq!(outputs(&found), BTreeSet::from(["0\n", "141\n"]));
    let found = search(&["bash", "-c", "(echo a; echo b) | read x; echo ${PIPESTATUS[0]}"], &any());
    assert_eq!(outputs(&found), BTreeSet::from(["0\n", "141\n"]));
    let program = "import os\n\
                   r, w = os.pipe()\n\
                   if os.fork() == 0:\n    \
                   os.close(r)\n    \
                   print('closed')\n    \
                   os._exit(0)\n\
                   os.close(r)\n\
                   try: print('written', os.write(w, b'a'))\n\
                   except BrokenPipeError: print('broken')\n\
                   os.wait()\n";
    let found = python(program, &any());
    let both =
        ["closed\nwritten 1\n", "written 1\nclosed\n", "broken\nclosed\n", "closed\nbroken\n"];
    assert_eq!(outputs(&found), BTreeSet::from(both));
}

#[test]
fn where_a_read_may_come_between_two_writes_it_is_said() {
    let short = |script| {
        let found = search(&["bash", "-c", script], &any());
        found.caveats.contains(&schedules::world::Caveat::ShortReads)
    };
    assert!(short("(echo a; echo b) | cat"));
    assert!(!short("echo a | cat"));
    // Whoever answers has read before: no read could have come later. To look at what is in a socket is
    // not to take it out.
    let answered = "import os, socket\n\
                    a, b = socket.socketpair()\n\
                    if os.fork() == 0:\n    \
                    for _ in range(2):\n        \
                    assert b.recv(1, socket.MSG_PEEK)\n        \
                    print(b.recv(9)); b.send(b'.')\n    \
                    os._exit(0)\n\
                    for byte in (b'a', b'b'): a.send(byte); WAIT\n\
                    os.wait()\n";
    for (wait, said) in [("a.recv(1)", false), ("pass", true)] {
        let found = python(&answered.replace("WAIT", wait), &any());
        assert_eq!(found.caveats.contains(&Caveat::ShortReads), said, "{wait}: {found:?}");
    }
}

#[test]
fn python_finds_what_is_ready_or_does_not() {
    // A read that does not wait, and epoll.
    let look = "import os, select\n\
                r, w = os.pipe()\n\
                os.set_blocking(r, False)\n\
                if os.fork() == 0: os.write(w, b'x'); os._exit(0)\n\
                LOOK\n\
                os.wait()\n";
    for look in [
        look.replace("LOOK", "try: print(len(os.read(r, 1)))\nexcept BlockingIOError: print(0)"),
        look.replace("LOOK", "e = select.epoll(); e.register(r)\nprint(len(e.poll(0)))"),
        look.replace("LOOK", "print(len(select.select([r], [], [], 0)[0]))"),
        look.replace("LOOK", "print(len(select.select([r], [], [], 1)[0]))"),
    ] {
        assert_eq!(outputs(&python(&look, &any())), BTreeSet::from(["0\n", "1\n"]), "{look}");
    }
    let several = "from multiprocessing import Pipe, Process, connection\n\
                   def send(c): c.send(1)\n\
                   pairs = [Pipe(False) for _ in 'ab']\n\
                   for _, w in pairs: Process(target=send, args=(w,)).start()\n\
                   ready = connection.wait([r for r, _ in pairs])\n\
                   print(*[r in ready for r, _ in pairs])\n";
    let found = python(several, &any());
    let expected = ["True False\n", "False True\n", "True True\n"];
    assert_eq!(outputs(&found), BTreeSet::from(expected));
}

#[test]
fn who_looks_again_and_again_waits_for_a_change() {
    let program = "from multiprocessing import Pipe, Process\n\
                   import time\n\
                   def send(c): time.sleep(1); c.send(1)\n\
                   r, w = Pipe(False)\n\
                   Process(target=send, args=(w,)).start()\n\
                   while not r.poll(): pass\n\
                   print(r.recv())\n";
    for options in [any(), Options::default()] {
        let found = python(program, &options);
        assert_eq!(outputs(&found), BTreeSet::from(["1\n"]));
        assert!(found.caveats.contains(&Caveat::BoundedWait), "{found:?}");
    }
    let program = "import os\n\
                   child = os.fork()\n\
                   if child == 0: print('child', flush=True); os._exit(0)\n\
                   while os.waitpid(child, os.WNOHANG) == (0, 0): pass\n\
                   print('parent')\n";
    let found = python(program, &any());
    assert_eq!(outputs(&found), BTreeSet::from(["child\nparent\n"]));
    assert!(found.caveats.contains(&Caveat::BoundedWait), "{found:?}");
    // Few looks are all tried: what the child prints comes among none to three dashes.
    let few = "import os\n\
               child = os.fork()\n\
               if child == 0: print('child', flush=True); os._exit(0)\n\
               for _ in range(3):\n    \
               if os.waitpid(child, os.WNOHANG) != (0, 0): break\n    \
               print('-', flush=True)\n\
               print('parent', flush=True)\n";
    let found = python(few, &any());
    assert_eq!(outputs(&found).len(), 1 + 2 + 3 + 5, "{found:?}");
    assert!(!found.caveats.contains(&Caveat::BoundedWait), "{found:?}");
}

#[test]
fn sockets_with_an_address_are_spoken_of() {
    let program = "import os, socket\n\
                   s = socket.create_server(('127.0.0.1', 0))\n\
                   for name in NAMES:\n    \
                   if os.fork() == 0:\n        \
                   c = socket.create_connection(s.getsockname()); c.send(name); os._exit(0)\n\
                   for name in NAMES: print(s.accept()[0].recv(1))\n";
    for (names, said) in [("[b'a']", false), ("[b'a', b'b']", true)] {
        let found = python(&program.replace("NAMES", names), &any());
        assert_eq!(found.caveats.contains(&Caveat::Sockets), said, "{names}: {found:?}");
    }
}

#[test]
fn an_end_of_a_pipe_is_closed_by_what_takes_its_place() {
    for script in [
        "echo a | { exec </dev/null; echo x >&2; }; echo ${PIPESTATUS[0]}",
        "echo a | { exec 0<&-; }; echo ${PIPESTATUS[0]}",
    ] {
        let found = search(&["bash", "-c", script], &any());
        assert_eq!(outputs(&found), BTreeSet::from(["0\n", "141\n"]), "{script}");
    }
    // The writer finds a socket shut down, or closed by exec, before the reader prints or after it.
    let shut_down = "b.shutdown(socket.SHUT_RD); print('x')";
    // A shutdown is one for all who have that end.
    for (close, own) in [
        (shut_down, "b.close()"),
        (shut_down, "pass"),
        ("os.execlp('echo', 'echo', 'x')", "b.close()"),
    ] {
        let program = format!(
            "import os, socket\n\
             a, b = socket.socketpair()\n\
             if os.fork() == 0:\n    \
             a.close(); {close}; os._exit(0)\n\
             {own}\n\
             try: a.send(b'a'); print('sent', flush=True)\n\
             except BrokenPipeError: print('broken', flush=True)\n\
             os.wait()\n"
        );
        let program = program.replace("print('x')", "print('x', flush=True)");
        let all = ["sent\nx\n", "x\nsent\n", "broken\nx\n", "x\nbroken\n"];
        assert_eq!(outputs(&python(&program, &any())), BTreeSet::from(all), "{close} {own}");
    }
}

#[test]
fn make_with_two_jobs_makes_three_files_in_four_orders() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "all: a b c\n\t@echo all\na: ; @echo a\nb: ; @echo b\nc: ; @echo c\n";
    fs::write(folder.path().join("Makefile"), rules).unwrap();
    let found = search(&["make", "-s", "-j2", "-C", folder.path().to_str().unwrap()], &any());
    let orders = ["a b c all ", "a c b all ", "b a c all ", "b c a all "];
    let orders: Vec<_> = orders.iter().map(|order| order.replace(' ', "\n")).collect();
    assert_eq!(outputs(&found), orders.iter().map(String::as_str).collect());
}

#[test]
fn a_subprocess_and_its_parent_print_in_both_orders() {
    let program = "import subprocess\n\
                   child = subprocess.Popen(['echo', 'child'])\n\
                   print('parent')\n\
                   print('code', child.wait())\n";
    let found = python(program, &any());
    let both = ["child\nparent\ncode 0\n", "parent\nchild\ncode 0\n"];
    assert_eq!(outputs(&found), BTreeSet::from(both));
}

#[test]
fn who_comes_first_to_a_lock_is_tried() {
    let program = "import multiprocessing\n\
                   def work(lock, name):\n    \
                   with lock:\n        print(name)\n\
                   lock = multiprocessing.Lock()\n\
                   both = [multiprocessing.Process(target=work, args=(lock, n)) for n in 'ab']\n\
                   for one in both: one.start()\n\
                   for one in both: one.join()\n";
    let found = python(program, &any());
    assert_eq!(outputs(&found), BTreeSet::from(["a\nb\n", "b\na\n"]));
}

#[test]
fn what_is_printed_before_a_lock_does_not_say_who_gets_it() {
    let found = search(&[env!("CARGO_BIN_EXE_processes-model"), "f(paLpbU)f(pcLpdU)w0w1"], &any());
    let both = ["abcd", "acbd", "acdb", "cabd", "cadb", "cdab"];
    assert_eq!(outputs(&found), BTreeSet::from(both));
    assert!(found.caveats.is_empty(), "{found:?}");
}

/// Two processes that do the same with one thing that both have.
fn both(thing: &str, body: &str) -> Findings {
    let program = format!(
        "import multiprocessing as m\n\
         def work(thing, name):\n    {body}\n\
         thing = {thing}\n\
         both = [m.Process(target=work, args=(thing, n)) for n in 'ab']\n\
         for one in both: one.start()\n\
         for one in both: one.join()\n\
         if hasattr(thing, 'value'): print(thing.value)\n"
    );
    let found = python(&program, &any());
    assert!(!found.caveats.contains(&Caveat::CommonMemory), "{found:?}");
    found
}

#[test]
fn an_update_that_gets_lost_between_processes_is_found() {
    let found = both("m.Value('i', 0)", "thing.value += 1");
    assert_eq!(outputs(&found), BTreeSet::from(["1\n", "2\n"]));
    let found = both("m.Value('i', 0)", "with thing.get_lock(): thing.value += 1");
    assert_eq!(outputs(&found), BTreeSet::from(["2\n"]));
}

#[test]
fn semaphores_let_in_as_many_as_they_say() {
    let body = "with thing: print(name); print(name)";
    let one = BTreeSet::from(["a\na\nb\nb\n", "b\nb\na\na\n"]);
    assert_eq!(outputs(&both("m.Semaphore(1)", body)), one);
    let found = both("m.BoundedSemaphore(2)", body);
    assert_eq!(outputs(&found).len(), 6);
    // Who does not get it at once does something else.
    let body = "print(thing.acquire(False))";
    let found = both("m.Semaphore(1)", body);
    assert_eq!(outputs(&found), BTreeSet::from(["True\nFalse\n", "False\nTrue\n"]));
}

#[test]
fn a_queue_gives_what_was_put_into_it_in_its_order() {
    let program = "import multiprocessing as m\n\
                   def put(q):\n    for i in range(2): q.put(i)\n\
                   def get(q):\n    for i in range(2): print(q.get())\n\
                   q = m.Queue()\n\
                   both = [m.Process(target=f, args=(q,)) for f in (put, get)]\n\
                   for one in both: one.start()\n\
                   for one in both: one.join()\n";
    assert_eq!(outputs(&python(program, &any())), BTreeSet::from(["0\n1\n"]));
}

#[test]
fn memory_that_cannot_be_guarded_is_spoken_of() {
    // The first is large, and the kernel writes into the second.
    for (size, write) in [(1 << 20, "m[0] = 1"), (4096, "open('/dev/zero', 'rb').readinto(m)")] {
        let program = format!(
            "import mmap, os\n\
             m = mmap.mmap(-1, {size})\n\
             if os.fork() == 0:\n    \
             {write}; os._exit(0)\n\
             os.wait(); print(m[0])\n"
        );
        let found = python(&program, &any());
        assert_eq!(outputs(&found).len(), 1);
        assert!(found.caveats.contains(&Caveat::CommonMemory), "{write}: {found:?}");
    }
}

#[test]
fn a_pool_gives_its_results_in_the_order_of_the_tasks() {
    let program = "import multiprocessing\n\
                   with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, 2]))\n";
    let options = Options { contended: false, ..Options::default() };
    let found = python(program, &options);
    assert_eq!(outputs(&found), BTreeSet::from(["[1, 2]\n"]));
    assert!(found.caveats.contains(&Caveat::Contended));
}

/// A word that no other process has among its arguments.
fn mark(name: &str) -> String {
    format!("processes-test-{name}-{}", std::process::id())
}

fn is_left(mark: &str) -> bool {
    let own = std::process::id().to_string();
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let name = entry.file_name();
        let is_process = name.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit());
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        is_process && *name != *own && String::from_utf8_lossy(&words).contains(mark)
    })
}

fn refused(script: &str, name: &str) -> String {
    let mark = mark(name);
    let script = format!("{script} # {mark}");
    let mut world = Processes::new(command(&["bash", "-c", &script]), any()).unwrap();
    let fault = world.run(&Plan::default()).unwrap_err();
    drop(world);
    assert!(!is_left(&mark), "{name} has left something running");
    assert!(matches!(fault, Fault::Unmodelled(_)), "{fault:?}");
    fault.to_string()
}

#[test]
fn what_does_not_start_says_why() {
    let start = |words| Processes::new(command(words), any()).unwrap().run(&Plan::default());
    let text = start(&["no-such-program"]).unwrap_err().to_string();
    assert!(text.contains("no program no-such-program"), "{text}");
    let text = start(&["/etc/passwd"]).unwrap_err().to_string();
    assert!(text.contains("may not be run"), "{text}");
}

#[test]
fn a_program_without_an_end_and_one_of_a_thousand_processes_are_refused() {
    let text = refused("while :; do :; done", "computes");
    assert!(text.contains("computes"), "{text}");
    let text = refused("for i in {1..1000}; do sleep 9 & done; wait", "thousand");
    assert!(text.contains("250 processes"), "{text}");
    let program = "import time\nwhile True: time.sleep(1)";
    let python = course::python().unwrap().to_str().unwrap();
    let mut world = Processes::new(command(&[python, "-c", program]), any()).unwrap();
    let text = world.run(&Plan::default()).unwrap_err().to_string();
    assert!(text.contains("again and again"), "{text}");
}

#[test]
fn a_call_that_is_not_modelled_is_named() {
    let program = "import fcntl; fcntl.flock(open('/dev/null'), fcntl.LOCK_EX)";
    let python = course::python().unwrap().to_str().unwrap();
    let mut world = Processes::new(command(&[python, "-c", program]), any()).unwrap();
    let text = world.run(&Plan::default()).unwrap_err().to_string();
    assert!(text.contains("flock"), "{text}");
}

#[test]
fn endless_prints_are_bounded() {
    let options = Options { prints: Some(3), ..any() };
    let found = search(&["bash", "-c", "while :; do echo a; done"], &options);
    assert!(found.complete());
    let ending = found.endings.keys().next().unwrap();
    assert_eq!((ending.output.as_str(), &ending.end), ("a\na\na\n", &End::Bounded(3)));
}

#[test]
fn a_search_that_is_interrupted_keeps_what_it_has_and_leaves_nothing() {
    let mark = mark("interrupted");
    let script = format!("for i in 1 2 3 4 5 6; do echo $i & done; wait # {mark}");
    let options = any();
    let mut world = Processes::new(command(&["bash", "-c", &script]), options.clone()).unwrap();
    let stop = Arc::clone(&options.interrupt);
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        stop.store(true, SeqCst);
    });
    let found = classes::all(&mut world, LIMIT);
    stopper.join().unwrap();
    assert_eq!(found.fault, Some(Fault::Interrupted));
    assert!(!found.complete());
    assert!(!is_left(&mark));
}

#[test]
fn when_the_tool_is_killed_nothing_is_left() {
    let mark = mark("killed");
    let script = format!("(echo a; while :; do echo b; done) & wait # {mark}");
    let mut tool = Command::new(env!("CARGO_BIN_EXE_processes-model"))
        .args(["search", "bash", "-c", &script])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let until = |there: bool| {
        let start = Instant::now();
        // The tool itself has the mark among its arguments, and is a zombie without any at last.
        while (count(&mark) > 1) != there {
            assert!(start.elapsed() < Duration::from_secs(60), "still {}", count(&mark));
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    until(true);
    tool.kill().unwrap();
    tool.wait().unwrap();
    let start = Instant::now();
    while is_left(&mark) {
        assert!(start.elapsed() < Duration::from_secs(60), "something is left running");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn count(mark: &str) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let words = all.map(|entry| fs::read(entry.path().join("cmdline")).unwrap_or_default());
    words.filter(|words| String::from_utf8_lossy(words).contains(mark)).count()
}

#[test]
fn a_process_of_several_threads_is_interrupted_while_it_computes() {
    let program = "import threading\n\
                   threading.Thread(target=threading.Event().wait, daemon=True).start()\n\
                   while True: pass\n";
    let python = course::python().unwrap().to_str().unwrap();
    let options = any();
    let stop = Arc::clone(&options.interrupt);
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        stop.store(true, SeqCst);
    });
    let mut world = Processes::new(command(&[python, "-c", program]), options).unwrap();
    let fault = world.run(&Plan::default()).unwrap_err();
    stopper.join().unwrap();
    assert_eq!(fault, Fault::Interrupted);
}
