//! What is compared, in words and as work.

use language::Language;

use crate::work::{self, Work};

/// One kind of work.
#[derive(Debug)]
pub struct Row {
    /// The function in `work.py`.
    pub name: &'static str,
    pub work: Work,
    pub unit: Unit,
    /// Whether it starts processes: only then Python's start method matters.
    pub processes: bool,
    english: &'static str,
    chinese: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Bytes,
}

impl Row {
    pub fn words(&self, language: Language) -> &'static str {
        language.choose(self.english, self.chinese)
    }
}

pub const ROWS: [Row; 12] = [
    Row {
        name: "start_thread",
        work: work::start_thread,
        unit: Unit::Seconds,
        processes: false,
        english: "start and join a thread",
        chinese: "启动并等待一个线程",
    },
    Row {
        name: "start_process",
        work: work::start_process,
        unit: Unit::Seconds,
        processes: true,
        english: "start and join a process",
        chinese: "启动并等待一个进程",
    },
    Row {
        name: "pool_tasks",
        work: work::pool_tasks,
        unit: Unit::Seconds,
        processes: true,
        english: "10,000 empty tasks, pool of 2",
        chinese: "10000 个空任务，2 个工作进程的进程池",
    },
    Row {
        name: "pool_round_trip",
        work: work::pool_round_trip,
        unit: Unit::Seconds,
        processes: true,
        english: "pool: one task there and back",
        chinese: "进程池：一个任务来回一次",
    },
    Row {
        name: "queue_from_process",
        work: work::queue_from_process,
        unit: Unit::Seconds,
        processes: true,
        english: "queue: a value from a process",
        chinese: "队列：从子进程取一个值",
    },
    Row {
        name: "queue_to_process",
        work: work::queue_to_process,
        unit: Unit::Seconds,
        processes: true,
        english: "queue: a value to a process",
        chinese: "队列：给子进程一个值",
    },
    Row {
        name: "locked_additions",
        work: work::locked_additions,
        unit: Unit::Seconds,
        processes: false,
        english: "1,000,000 additions under a lock, 2 threads",
        chinese: "2 个线程加锁做 1000000 次加法",
    },
    Row {
        name: "primes_alone",
        work: work::primes_alone,
        unit: Unit::Seconds,
        processes: false,
        english: "find the primes below 500,000",
        chinese: "找出 500000 以内的质数",
    },
    Row {
        name: "primes_in_threads",
        work: work::primes_in_threads,
        unit: Unit::Seconds,
        processes: false,
        english: "the same, a thread for each core",
        chinese: "同上，每个核一个线程",
    },
    Row {
        name: "primes_in_processes",
        work: work::primes_in_processes,
        unit: Unit::Seconds,
        processes: true,
        english: "the same, a process for each core",
        chinese: "同上，每个核一个进程",
    },
    Row {
        name: "memory_of_a_process",
        work: work::memory_of_a_process,
        unit: Unit::Bytes,
        processes: true,
        english: "memory: a process that waits",
        chinese: "内存：一个等待的进程",
    },
    Row {
        name: "memory_of_threads",
        work: work::memory_of_threads,
        unit: Unit::Bytes,
        processes: false,
        english: "memory: 100 threads that wait",
        chinese: "内存：100 个等待的线程",
    },
];

#[cfg(test)]
mod tests {
    use super::ROWS;

    const RUST: &str = include_str!("work.rs");
    const PYTHON: &str = include_str!("work.py");

    #[test]
    fn each_work_is_there_in_both_languages() {
        for row in &ROWS {
            assert!(PYTHON.contains(&format!("\ndef {}():\n", row.name)), "{}", row.name);
            assert!(RUST.contains(&format!("\npub fn {}() -> ", row.name)), "{}", row.name);
        }
    }

    #[test]
    fn both_languages_do_as_much() {
        let constants = |source: &str, start: &str| -> Vec<String> {
            let lines = source.lines().filter_map(|line| line.strip_prefix(start));
            let constants = lines.filter_map(|line| line.split_once(" = "));
            let names = constants.filter(|(name, _)| name.starts_with(char::is_uppercase));
            names
                .map(|(name, value)| {
                    let name = name.split(':').next().unwrap();
                    format!("{name} = {}", value.trim_end_matches(';'))
                })
                .collect()
        };
        let rust = constants(RUST, "const ");
        assert_eq!(rust.len(), 8, "{rust:?}");
        assert_eq!(rust, constants(PYTHON, ""));
    }
}
