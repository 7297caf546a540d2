// The game in the pages: the reader is the scheduler of the page's own program, and every ending is
// known. Plain JavaScript without dependencies, also for the single file of `schedules --html`.
//
// A page brings a `<div class="play">` with a question, the endings to tick, and the graph of all
// schedules as JSON, which crates/tools/schedules/src/tell/game.rs writes and describes. Without this
// script the question and the endings stand there, and the story stands below them.
//
// From top to bottom: the words (all that is said, in two languages), the program (the graph, and
// what follows from it), the board (what is seen and clicked), and the start.
(() => {
  "use strict";

  // ---------------------------------------------------------------------------------------------------
  // The words
  // ---------------------------------------------------------------------------------------------------

  // In Chinese a blank parts Chinese from Latin letters and digits. This tag puts one wherever a value
  // meets the sentence, and leaves the inside of the values as it is.
  const zh = (parts, ...values) =>
    parts
      .flatMap((part, at) => [part, values[at] ?? ""])
      .reduce((text, next) => {
        const parted =
          (/[\w)]$/.test(text) && /^\p{Script=Han}/u.test(next)) ||
          (/\p{Script=Han}$/u.test(text) && /^\w/.test(next));
        return text + (parted ? " " : "") + next;
      });

  const SIGNS = [..."①②③④⑤⑥⑦⑧⑨⑩"];
  const count = (number, one, many) => `${number} ${Number(number) === 1 ? one : many}`;
  // What a call does that has no word of its own: it was done, it is about to be done, and both in Chinese.
  const CALLS = {
    begin: ["begins", "begin", "开始运行"],
    close: ["closes its end of a pipe", "close its end of a pipe", "关闭管道的一端"],
    close_range: ["closes its end of a pipe", "close its end of a pipe", "关闭管道的一端"],
    dup2: ["closes its end of a pipe", "close its end of a pipe", "关闭管道的一端"],
    dup3: ["closes its end of a pipe", "close its end of a pipe", "关闭管道的一端"],
    exec: ["becomes another program and closes its end of a pipe", "become another program", "换成另一个程序，并关闭管道的一端"],
    futex: ["goes on at a lock", "go on at a lock", "在锁处继续运行"],
    getppid: ["asks who its parent is", "ask who its parent is", "查询父进程是谁"],
    "go on": ["goes on", "go on", "继续运行"],
    input: ["reads from stdin", "read from stdin", "读标准输入"],
    kill: ["sends a signal", "send a signal", "发送信号"],
    look: ["looks whether something has come", "look whether something has come", "查看是否有数据"],
    prctl: ["asks to end with its parent", "ask to end with its parent", "要求随父进程结束"],
    poll: ["goes on: something has come, or the time is over", "look whether something has come", "继续：等到了数据，或等待超时"],
    read: ["reads from a pipe", "read from a pipe", "读管道"],
    sem_getvalue: ["looks at a semaphore", "look at a semaphore", "查看信号量的值"],
    shutdown: ["closes its end of a pipe", "close its end of a pipe", "关闭管道的一端"],
    sigsuspend: ["goes on: a signal has come", "go on at a signal", "等到了信号"],
    "try to read": ["reads from a pipe, without waiting", "read from a pipe, without waiting", "不等待地读管道"],
    waitpid: ["looks whether a child has ended", "look whether a child has ended", "查看是否有子进程结束"],
    write: ["writes to a pipe", "write to a pipe", "写管道"],
  };
  const THINGS = {
    lock: ["lock", "锁"],
    semaphore: ["semaphore", "信号量"],
    variable: ["variable", "变量"],
    channel: ["channel", "通道"],
    condition: ["condition", "条件变量"],
    barrier: ["barrier", "屏障"],
    flag: ["flag", "标志"],
    memory: ["shared memory", "共享内存"],
    cell: ["cell", "单元"],
  };

  // Each table says a step in three ways: `did` (it was taken), `next` (it is about to be taken, on the
  // card, which is a button) and `waits` (it cannot be taken yet). `s` is the step with its actors and
  // things by their names; `s.value` is empty or begins with a comma.
  const WORDS = {
    en: {
      first: (text) => (/^(main\b|Thread-)/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)),
      actor: (kind, number) => `${kind === "processes" ? "process" : "thread"} ${number}`,
      process: (place) => (place ? `child ${place}` : "main"),
      thing: (kind, name) =>
        name ? (kind === "variable" ? name : `${THINGS[kind][0]} ${name}`) : `the ${THINGS[kind][0]}`,
      list: (names) => names.join(", ").replace(/, ([^,]+)$/, " and $1"),
      value: (value) => `, value ${value}`,
      did: {
        start: (s) => `starts ${s.whom}`,
        lock: (s) => `acquires ${s.thing}${s.toRead}${s.value}`,
        try_lock: (s) => `tries ${s.thing}${s.toRead}: ${s.no ? "it is held" : `it has it${s.value}`}`,
        unlock: (s) => `releases ${s.thing}${s.value}`,
        // Without a value where the world cannot see it.
        read: (s) => `reads ${s.saw ?? s.thing}`,
        write: (s) => `writes ${s.wrote ?? s.thing}`,
        update: (s) => (s.to === undefined ? `changes ${s.thing}` : `reads ${s.from}, writes ${s.to}`),
        print: (s) => `prints ${s.text}`,
        sleep: () => "sleeps",
        join: (s) => `goes on: ${s.whom} has ended`,
        join_all: () => "goes on: all that it started has ended",
        join_any: () => "goes on: one of them has ended",
        has_ended: (s) => `sees that ${s.whom} has ${s.no ? "not ended" : "ended"}`,
        send: (s) => (s.saw ? `sends ${s.saw}` : "sends"),
        try_send: (s) =>
          s.no ? "does not send: there is no room" : s.gone ? "does not send: nobody will receive" : "sends",
        receive: (s) =>
          s.gaveUp
            ? "gives up waiting: nobody else can go on"
            : s.gone
              ? "receives nothing more: nobody will send"
              : s.saw
                ? `receives ${s.saw}`
                : "receives",
        try_receive: (s) =>
          s.no
            ? "finds no message"
            : s.gone
              ? "receives nothing more: nobody will send"
              : s.saw
                ? `receives ${s.saw}`
                : "receives",
        await_taken: () => "goes on: its message was taken",
        hang_up: (s) => (s.receives ? "will receive no more" : "will send no more"),
        wait: (s) => `releases ${s.lock} and waits to be notified`,
        wake: (s) =>
          s.gaveUp ? `gives up waiting and acquires ${s.lock}` : `was notified, acquires ${s.lock}${s.value}`,
        notify: (s) =>
          s.no ? "notifies: nobody waits" : s.all ? "notifies all who wait" : "notifies one who waits",
        arrive: () => "comes to the barrier",
        pass: () => "goes on: all are at the barrier",
        set: (s) => `sets ${s.thing}`,
        clear: (s) => `clears ${s.thing}`,
        await_set: (s) =>
          s.gaveUp ? "gives up waiting: nobody else can go on" : `goes on: ${s.thing} is set`,
        park: (s) => (s.gaveUp ? "gives up waiting: nobody else can go on" : "goes on: it was unparked"),
        unpark: (s) => `unparks ${s.whom}`,
        initialise: (s) => (s.no ? "finds it initialised" : "begins to initialise it"),
        initialised: (s) => (s.done ? "has initialised it" : "has failed to initialise it"),
        peek: (s) => (s.no ? "finds it not initialised" : "finds it initialised"),
        exit: (s) => `ends the program, exit code ${s.code}`,
        end_main: () => "ends, and with it the program",
        end: (s) => (s.saw ? `ends, exit code ${s.saw}` : "ends"),
        signal: (s) => `sends signal ${s.signal} to ${s.whom}`,
        call: (s) => CALLS[s.name]?.[0] ?? `calls ${s.name}`,
        quiet: () => "goes on",
      },
      next: {
        start: (s) => `start ${s.whom}`,
        lock: (s) => `acquire ${s.thing}`,
        try_lock: (s) => `try ${s.thing}`,
        unlock: (s) => `release ${s.thing}`,
        read: (s) => `read ${s.thing}`,
        write: (s) => `write ${s.thing}`,
        update: (s) => `update ${s.thing}`,
        print: () => "print",
        sleep: () => "sleep",
        join: () => "go on",
        join_all: () => "go on",
        join_any: () => "go on",
        has_ended: (s) => `ask whether ${s.whom} has ended`,
        send: () => "send",
        try_send: () => "try to send",
        receive: () => "receive",
        try_receive: () => "look for a message",
        await_taken: () => "go on",
        hang_up: (s) => (s.receives ? "stop receiving" : "stop sending"),
        wait: (s) => `wait for ${s.thing}`,
        wake: (s) => `acquire ${s.lock}`,
        notify: (s) => (s.all ? "notify all" : "notify one"),
        arrive: () => "come to the barrier",
        pass: () => "go on",
        set: (s) => `set ${s.thing}`,
        clear: (s) => `clear ${s.thing}`,
        await_set: () => "go on",
        park: () => "go on",
        unpark: (s) => `unpark ${s.whom}`,
        initialise: () => "initialise it",
        initialised: () => "be done with it",
        peek: () => "look whether it is initialised",
        exit: () => "end the program",
        end_main: () => "end",
        end: () => "end",
        signal: (s) => `send signal ${s.signal} to ${s.whom}`,
        call: (s) => CALLS[s.name]?.[1] ?? `call ${s.name}`,
        gaveUp: () => "give up waiting",
      },
      waits: {
        lock: (s) => `waits for ${s.thing}${s.held}`,
        join: (s) => `waits until ${s.whom} ends`,
        join_all: (s) => `waits for ${s.left}`,
        join_any: (s) => `waits for one of ${s.left}`,
        receive: () => "waits for a message",
        send: () => "waits for room in the channel",
        await_taken: () => "waits until its message is taken",
        wake: (s) =>
          s.held ? `was notified, waits for ${s.lock}${s.held}` : `waits to be notified, then for ${s.lock}`,
        pass: () => "waits for the others at the barrier",
        await_set: (s) => `waits until ${s.thing} is set`,
        park: () => "waits to be unparked",
        initialise: () => "waits until it is initialised",
        print: () => "waits to print",
        call: (s) => `waits in ${s.name}`,
        look: () => "looks again and again, waits for a change",
        other: () => "waits",
      },
      held: (who) => `: ${who} holds it`,
      toRead: " to read",
      hasEnded: "has ended",
      notStarted: "not started yet",
      cutOff: "cut off: the program has ended",
      programEnded: "the program has ended",
      line: (line, text) => `line ${line}: ${text}`,
      hasRead: (value, thing) => `has read ${value}${thing ? ` of ${thing}` : ""}`,
      isStale: (value, current) => `has read ${value}, now it is ${current}`,
      who: "Who goes next?",
      source: "The program",
      inLanguage: { rust: "in Rust", python: "in Python" },
      undo: "Undo",
      redo: "Redo",
      again: "Start again",
      hint: "Hint",
      chance: "Random",
      keys: "Keys: a number lets it go, Backspace or Ctrl+Z undoes, Ctrl+Y redoes.",
      free: "free",
      holds: (badges) => ["held by ", ...badges],
      messages: (n) => count(n, "message", "messages"),
      waiting: (badges) => ["waited for by ", ...badges],
      printed: "Printed",
      nothing: "nothing yet",
      questionEach: (name, n) =>
        `Be the scheduler of ${name}: it has ${count(n, "ending", "endings")}. Find ${Number(n) === 1 ? "it" : "them all"}.`,
      title: (name) => `Be the scheduler of ${name}`,
      begin: (kind) =>
        `Tick what you think can happen. Then let the ${kind === "processes" ? kind : "threads"} go, one step at a time.`,
      beginEach: "Let somebody go, one step at a time.",
      found: (n, all) => `Found: ${n} of ${all}.`,
      all: "You have found all that there are.",
      allRight: "You had ticked exactly these.",
      rightOf: (n, all) => `You had judged ${n} of ${all} rightly.`,
      show: "Show me",
      showWhat: (label) => `Show me the shortest way to: ${label}`,
      notFound: "not found yet",
      isFound: "found",
      share: (n, all) => `in ${n} of ${all} schedules`,
      never: (all) => `in none of ${all} schedules`,
      noSchedule: (label, all) => `No schedule leads to “${label}”: all ${all} have been tried.`,
      doing: (who, deed) => WORDS.en.first(`${who} ${deed}`),
      cannot: (who, why) => `${who} cannot go: ${why}.`,
      noUndo: "There is nothing to take back.",
      noRedo: "There is nothing to do again: nothing was taken back, or something else was chosen since.",
      undone: (n) =>
        n ? `Taken back. ${count(n, "choice is", "choices are")} left.` : "Taken back, to the beginning.",
      anew: "Back at the beginning.",
      byChance: "The rest was chosen at random.",
      linked: (n) => `This is the moment after ${count(n, "choice", "choices")}.`,
      sentence: (deeds) => `${deeds.map((deed) => deed.replace(/\.$/, "")).join(". ")}.`,
      more: (n) => `${count(n, "more step", "more steps")} that nobody had to choose`,
      over: (label) => `The program has ended: ${label}.`,
      hintGo: (who, label) => `Let ${who} go: this leads to “${label}”.`,
      hintUndo: (n) =>
        `From here only endings are left that you have found. Take back ${count(n, "choice", "choices")}.`,
      hintDone: "You have found all that there are.",
      left: (known, n) =>
        `Still possible: ${[...known.map((label) => `“${label}”`), ...(n ? [count(n, "that you have not found", "that you have not found")] : [])].join(", ")}.`,
      onlyLeft: (label) => `From here on, only “${label}” is left.`,
      point: (label) => `from this step on, only “${label}” is left`,
      before: "Try the moment before",
      why: "How it came to this: ",
      lost: (s) =>
        `① ${s.who} had read ${s.read}, ② then ${s.other} wrote ${s.wrote}, and ③ ${s.who}, which had not seen that, wrote ${s.value} over it.`,
      late: (s) =>
        `① ${s.who} looked when it was ${s.read}, ② then ${s.other} made it ${s.wrote}, and ③ ${s.who}, which had not seen that, went on and made it ${s.value}.`,
      circle: (holds, waits) =>
        `${holds.map(([who, lock], at) => `${SIGNS[at]} ${who} acquired ${lock}`).join(", ")}; ${SIGNS[holds.length]} now ${waits.map(([who, lock]) => `${who} waits for ${lock}`).join(" and ")}, and nobody gives way.`,
      twin: (link, label, n) => [
        "The same choices in ",
        link,
        ": ",
        label,
        n ? `. ${Number(n) === 1 ? "Once" : `${n} times`} the one you chose had to wait for the lock.` : ".",
      ],
      changed: (line, was) => [`Line ${line} is smaller here than in the lesson: `, was],
      steps: "What happened",
      forced: "by itself: nobody else could go",
      ending: (number) => `ending ${number}`,
      output: (text) => (text ? `prints ${text}` : "prints nothing"),
      ends: {
        returned: () => "",
        exited: (e) => `then exits with code ${e.code}`,
        panicked: (e) => `then panics: ${e.message}`,
        raised: (e) => `then raises ${e.message}`,
        deadlock: () => "then deadlocks: nobody can go on",
        endless: () => "then goes on for ever",
        bounded: (e) => `and so on: it was stopped after ${e.prints} prints`,
      },
      comma: ", ",
      space: " ",
      caveats: "What “all” leaves out: ",
      caveat: {
        bounded_wait: "A loop that only looks was held up after two looks until something changed.",
        spurious_wake_ups: "A wait for a condition may also end without a notification.",
        weak_order:
          "All accesses come in one order that all threads agree on; a weaker memory order permits more.",
        clock: "The clock goes on only by what is slept.",
        hash_order: "The order of a set of strings is always the same here.",
        chance: "Random numbers are the same in every run here.",
        common_memory: "What a process does in memory that others share came in one go between two system calls.",
        short_reads: "Whether a read from a pipe comes between two writes or after both was not tried.",
        sockets: "Processes reach each other through sockets that have a name or an address: in which order was not tried.",
        files: "The program writes to files: what one run leaves there, the next one finds.",
        contended:
          "Several processes or threads use one pipe, lock or piece of memory: who comes first to it was not tried.",
        unwinding: "What a thread does while a panic unwinds it comes in one go.",
        memory_races: "What the threads inside of one process do to its memory was not watched: of what they do from one wait to the next, not every order was tried.",
      },
    },

    zh: {
      first: (text) => text,
      actor: (kind, number) => `${kind === "processes" ? "进程" : "线程"} ${number}`,
      process: (place) => (place ? `子进程 ${place}` : "主进程"),
      thing: (kind, name) =>
        name ? (kind === "variable" ? name : `${THINGS[kind][1]} ${name}`) : THINGS[kind][1],
      list: (names) => names.join("、"),
      value: (value) => `，值为 ${value}`,
      did: {
        start: (s) => zh`启动${s.whom}`,
        lock: (s) => zh`获得${s.toRead}${s.thing}${s.value}`,
        try_lock: (s) => zh`尝试获取${s.thing}：${s.no ? "已被占用" : `成功${s.value}`}`,
        unlock: (s) => zh`释放${s.thing}${s.value}`,
        read: (s) => (s.saw === undefined ? zh`读${s.thing}` : `读到 ${s.saw}`),
        write: (s) => (s.wrote === undefined ? zh`写${s.thing}` : `写入 ${s.wrote}`),
        update: (s) => (s.to === undefined ? zh`修改${s.thing}` : `读到 ${s.from}，写入 ${s.to}`),
        print: (s) => `打印 ${s.text}`,
        sleep: () => "睡眠",
        join: (s) => zh`继续：${s.whom}已结束`,
        join_all: () => "继续：启动的都已结束",
        join_any: () => "继续：其中一个已结束",
        has_ended: (s) => zh`看到${s.whom}${s.no ? "尚未结束" : "已结束"}`,
        send: (s) => (s.saw ? `发送 ${s.saw}` : "发送"),
        try_send: (s) => (s.no ? "没有发送：通道已满" : s.gone ? "没有发送：接收端已关闭" : "发送"),
        receive: (s) =>
          s.gaveUp
            ? "等待超时：其余的都无法继续"
            : s.gone
              ? "不会再有消息：发送端都已关闭"
              : s.saw
                ? `收到 ${s.saw}`
                : "收到消息",
        try_receive: (s) =>
          s.no ? "没有消息" : s.gone ? "不会再有消息：发送端都已关闭" : s.saw ? `收到 ${s.saw}` : "收到消息",
        await_taken: () => "继续：消息已被取走",
        hang_up: (s) => (s.receives ? "不再接收" : "不再发送"),
        wait: (s) => zh`释放${s.lock}，等待通知`,
        wake: (s) => (s.gaveUp ? zh`等待超时，获得${s.lock}` : zh`收到通知，获得${s.lock}${s.value}`),
        notify: (s) => (s.no ? "发出通知：没有谁在等待" : s.all ? "通知所有等待者" : "通知一个等待者"),
        arrive: () => "到达屏障",
        pass: () => "全部到齐，继续",
        set: (s) => zh`设置${s.thing}`,
        clear: (s) => zh`清除${s.thing}`,
        await_set: (s) => (s.gaveUp ? "等待超时：其余的都无法继续" : zh`${s.thing}已设置，继续`),
        park: (s) => (s.gaveUp ? "等待超时：其余的都无法继续" : "被唤醒，继续"),
        unpark: (s) => zh`唤醒${s.whom}`,
        initialise: (s) => (s.no ? "已经初始化" : "开始初始化"),
        initialised: (s) => (s.done ? "初始化完成" : "初始化失败"),
        peek: (s) => (s.no ? "尚未初始化" : "已初始化"),
        exit: (s) => `结束程序，退出码 ${s.code}`,
        end_main: () => "结束，程序随之结束",
        end: (s) => (s.saw ? `结束，退出码 ${s.saw}` : "结束"),
        signal: (s) => zh`发送信号 ${s.signal} 给${s.whom}`,
        call: (s) => CALLS[s.name]?.[2] ?? `调用 ${s.name}`,
        quiet: () => "走了一步",
      },
      next: {
        start: (s) => zh`启动${s.whom}`,
        lock: (s) => zh`获取${s.thing}`,
        try_lock: (s) => zh`尝试获取${s.thing}`,
        unlock: (s) => zh`释放${s.thing}`,
        read: (s) => zh`读${s.thing}`,
        write: (s) => zh`写${s.thing}`,
        update: (s) => zh`更新${s.thing}`,
        print: () => "打印",
        sleep: () => "睡眠",
        join: () => "继续",
        join_all: () => "继续",
        join_any: () => "继续",
        has_ended: (s) => zh`看${s.whom}是否已结束`,
        send: () => "发送",
        try_send: () => "尝试发送",
        receive: () => "接收",
        try_receive: () => "看有没有消息",
        await_taken: () => "继续",
        hang_up: (s) => (s.receives ? "停止接收" : "停止发送"),
        wait: (s) => zh`等待${s.thing}`,
        wake: (s) => zh`获取${s.lock}`,
        notify: (s) => (s.all ? "通知所有等待者" : "通知一个等待者"),
        arrive: () => "到达屏障",
        pass: () => "继续",
        set: (s) => zh`设置${s.thing}`,
        clear: (s) => zh`清除${s.thing}`,
        await_set: () => "继续",
        park: () => "继续",
        unpark: (s) => zh`唤醒${s.whom}`,
        initialise: () => "初始化",
        initialised: () => "完成初始化",
        peek: () => "看是否已初始化",
        exit: () => "结束程序",
        end_main: () => "结束",
        end: () => "结束",
        signal: (s) => zh`发送信号 ${s.signal} 给${s.whom}`,
        call: (s) => CALLS[s.name]?.[2] ?? `调用 ${s.name}`,
        gaveUp: () => "不再等待",
      },
      waits: {
        lock: (s) => zh`等待${s.thing}${s.held}`,
        join: (s) => zh`等待${s.whom}结束`,
        join_all: (s) => zh`等待${s.left}结束`,
        join_any: (s) => zh`等待${s.left}之一结束`,
        receive: () => "等待消息",
        send: () => "等待通道有空位",
        await_taken: () => "等待消息被取走",
        wake: (s) => (s.held ? zh`已收到通知，等待${s.lock}${s.held}` : zh`等待通知，然后等待${s.lock}`),
        pass: () => "在屏障处等待其他线程",
        await_set: (s) => zh`等待${s.thing}被设置`,
        park: () => "等待被唤醒",
        initialise: () => "等待初始化完成",
        print: () => "等待打印",
        call: (s) => `在 ${s.name} 里等待`,
        look: () => "反复检查，等待变化",
        other: () => "等待",
      },
      held: (who) => zh`（${who}持有）`,
      toRead: "读",
      hasEnded: "已结束",
      notStarted: "尚未启动",
      cutOff: "没执行完，程序已结束",
      programEnded: "程序已结束",
      line: (line, text) => `第 ${line} 行：${text}`,
      hasRead: (value, thing) => (thing ? `读到过 ${thing} = ${value}` : `读到过 ${value}`),
      isStale: (value, current) => `读到过 ${value}，现在已是 ${current}`,
      who: "下一步谁走？",
      source: "程序",
      inLanguage: { rust: "Rust 程序", python: "Python 程序" },
      undo: "撤销",
      redo: "重做",
      again: "重新开始",
      hint: "提示",
      chance: "随机走完",
      keys: "键盘：按编号让它走一步，按退格键或 Ctrl+Z 撤销，按 Ctrl+Y 重做。",
      free: "空闲",
      holds: (badges) => [...badges, " 持有"],
      messages: (n) => `${n} 条消息`,
      waiting: (badges) => [...badges, " 在等待"],
      printed: "已打印",
      nothing: "还没有",
      questionEach: (name, n) => `你来当 ${name} 的调度器。它有 ${n} 种结局：把它们都找出来。`,
      title: (name) => `你来当 ${name} 的调度器`,
      begin: (kind) => `先勾选你认为可能的结局，再让${kind === "processes" ? "进程" : "线程"}一步一步地走。`,
      beginEach: "点一张卡片，让它走一步。",
      found: (n, all) => `已找到 ${n} 种，共 ${all} 种。`,
      all: "全部找到了。",
      allRight: "你勾选的正是这些。",
      rightOf: (n, all) => `${all} 个选项里你判断对了 ${n} 个。`,
      show: "演示",
      showWhat: (label) => `演示得到它的最短执行顺序：${label}`,
      notFound: "还没找到",
      isFound: "已找到",
      share: (n, all) => `${all} 种执行顺序中的 ${n} 种`,
      never: (all) => `${all} 种执行顺序里一种也没有`,
      noSchedule: (label, all) => `没有哪种执行顺序会得到“${label}”：全部 ${all} 种都试过了。`,
      doing: (who, deed) => who + (/[\w)]$/.test(who) ? " " : "") + deed,
      cannot: (who, why) => zh`${who}现在走不了：${why}。`,
      noUndo: "没有可以撤销的步骤。",
      noRedo: "没有可以重做的步骤：还没有撤销过，或者撤销之后又选了别的。",
      undone: (n) => (n ? `已撤销一步，还剩 ${n} 步。` : "已撤销，回到开头。"),
      anew: "回到了开头。",
      byChance: "后面的都是随机选的。",
      linked: (n) => `这是第 ${n} 步之后的情形。`,
      sentence: (deeds) => `${deeds.map((deed) => deed.replace(/[.。]$/, "")).join("。")}。`,
      more: (n) => `随后 ${n} 步别无选择，自动走完`,
      over: (label) => `程序结束：${label}。`,
      hintGo: (who, label) => zh`让${who}走，可以得到“${label}”。`,
      hintUndo: (n) => `从这里走下去，只有已经找到的结局了。先撤销 ${n} 步。`,
      hintDone: "已经全部找到了。",
      left: (known, n) =>
        `还可能：${[...known.map((label) => `“${label}”`), ...(n ? [`${n} 种还没找到的`] : [])].join("、")}。`,
      onlyLeft: (label) => `从这里起，只剩“${label}”这一种结局。`,
      point: (label) => `从这一步起，只剩“${label}”`,
      before: "回到这一步之前",
      why: "原因：",
      lost: (s) =>
        zh`① ${s.who}读到的是 ${s.read}，② 随后${s.other}写入 ${s.wrote}，③ ${s.who}不知道，又写入 ${s.value}，把它覆盖了。`,
      late: (s) =>
        zh`① ${s.who}看的时候是 ${s.read}，② 随后${s.other}把它改成了 ${s.wrote}，③ ${s.who}不知道，照旧做下去，改成了 ${s.value}。`,
      circle: (holds, waits) =>
        `${holds.map(([who, lock], at) => `${SIGNS[at]} ${zh`${who}获得了${lock}`}`).join("，")}；${SIGNS[holds.length]} 现在${waits.map(([who, lock]) => zh`${who}等待${lock}`).join("，")}，谁也不让。`,
      twin: (link, label, n) => [
        "同样的选择，换成 ",
        link,
        "：",
        label,
        n ? `。有 ${n} 次，你选的那个要等锁，走不了。` : "。",
      ],
      changed: (line, was) => [`第 ${line} 行的数改小了，这一课里是 `, was],
      steps: "执行过程",
      forced: "别无选择，自动走的",
      ending: (number) => `结局 ${number}`,
      output: (text) => (text ? `打印 ${text}` : "什么也不打印"),
      ends: {
        returned: () => "",
        exited: (e) => `然后以退出码 ${e.code} 退出`,
        panicked: (e) => `然后 panic：${e.message}`,
        raised: (e) => `然后抛出异常 ${e.message}`,
        deadlock: () => "然后死锁：全部卡住，无法继续",
        endless: () => "然后一直运行，不会结束",
        bounded: (e) => `之后照此继续：打印 ${e.prints} 次后被停止`,
      },
      comma: "，",
      space: "",
      caveats: "“全部”没有包括的：",
      caveat: {
        bounded_wait: "只做检查的循环，检查两次后就停下，等到有变化再继续。",
        spurious_wake_ups: "等待条件变量时，没有通知也可能醒来（虚假唤醒）。",
        weak_order: "所有线程看到的访问顺序都相同；更弱的 Ordering 还允许别的情况。",
        clock: "时钟只在睡眠时前进。",
        hash_order: "字符串集合的遍历顺序在这里始终相同。",
        chance: "随机数在这里每次都相同。",
        common_memory: "一个进程在两次系统调用之间对共享内存的访问是一次做完的。",
        short_reads: "从管道的读取发生在两次写入之间还是之后，没有检查所有的顺序。",
        sockets: "各进程通过有名字或地址的套接字通信：以什么顺序，没有检查所有的情况。",
        files: "程序写入了文件：一次运行留下的内容，下一次运行会看到。",
        contended: "几个进程或线程共用同一个管道、锁或内存：谁先用到它，没有检查所有的顺序。",
        unwinding: "线程在 panic 展开期间的操作是一次做完的。",
        memory_races: "没有观察同一进程内各线程对内存的访问：它们在两次等待之间所做的事，没有检查所有的顺序。",
      },
    },
  };

  // ---------------------------------------------------------------------------------------------------
  // The program
  // ---------------------------------------------------------------------------------------------------

  const ENDED = -1;
  const NOT_STARTED = -2;
  // Steps that never wait. Whoever cannot take one is held up because it would only look once more.
  const LOOKS = ["read", "write", "update", "try_lock", "try_receive", "try_send", "has_ended", "peek"];
  const oneLine = (text) => text.replace(/\n+$/, "").replace(/\n+/g, " ⏎ ");
  // Few switches first, then few choices: what a reader can follow most easily.
  const cost = (way) => way.filter((actor, at) => at > 0 && actor !== way[at - 1]).length * 1000 + way.length;
  const nameOf = (end, output) => JSON.stringify([end, output]);

  // The graph of all schedules, and what follows from it: moments, futures, and their names.
  class Program {
    constructor(data, words, names = new Map()) {
      Object.assign(this, { data, words, names, futures: [] });
      this.endings = new Map(data.endings.map((ending, at) => [nameOf(ending.end, ending.output), at]));
    }

    // Processes are called as the page calls them, or by their place in the tree, from P1 on.
    who(actor) {
      const name = this.names.get(this.data.actors[actor]);
      if (name) return name;
      const place = /^P1(?:\.(.+))?$/.exec(this.data.actors[actor] ?? "");
      if (this.data.kind === "processes" && place) return this.words.process(place[1]);
      return this.data.actors[actor] ?? (actor === 0 ? "main" : this.words.actor(this.data.kind, actor));
    }

    // A thing by its name. The only one of its kind needs none; several are told apart by letters.
    thing(number) {
      const { things } = this.data;
      const { kind, name } = things[number];
      const nameless = (thing) => thing.kind === kind && !thing.name;
      const letter =
        things.filter(nameless).length > 1
          ? String.fromCharCode(65 + things.slice(0, number).filter(nameless).length)
          : "";
      return this.words.thing(kind, name ?? letter);
    }

    // The line of a step as the board writes it: with its file if there are several.
    line([file, line]) {
      return this.data.files.length > 1 ? `${this.data.files[file].name}:${line}` : String(line);
    }

    // A step with all names, as the tables of words want it.
    named(step, moment) {
      const { words } = this;
      const named = { ...step };
      if (step.thing !== undefined) named.thing = this.thing(step.thing);
      if (step.lock !== undefined) named.lock = this.thing(step.lock);
      if (step.does === "print") named.text = oneLine(step.text ?? "");
      if (Array.isArray(step.whom)) {
        const stands = moment ? this.stands(moment) : [];
        named.left = words.list(
          step.whom.filter((actor) => stands[actor] !== ENDED).map((actor) => this.who(actor)),
        );
      } else if (step.whom !== undefined) named.whom = this.who(step.whom);
      [named.from, named.to] = step.changed ?? [];
      named.value = step.saw === undefined ? "" : words.value(step.saw);
      named.toRead = step.shared ? words.toRead : "";
      named.no = step.result === "no";
      named.gone = step.result === "disconnected";
      named.gaveUp = step.result === "gave_up";
      const lock = step.lock ?? step.thing;
      const holders = moment ? this.holders(moment, lock) : [];
      named.held = holders.length ? words.held(words.list(holders.map((actor) => this.who(actor)))) : "";
      return named;
    }

    did(step) {
      return this.words.did[step.does](this.named(step));
    }

    // The moment before the first choice.
    begin() {
      const moment = {
        node: this.data.begin[1],
        choices: 0,
        rows: [],
        output: "",
        values: new Map(),
        alone: new Map(),
        shared: new Map(),
        messages: new Map(),
        waiting: new Map(),
        reads: [],
        writes: new Map(),
        stale: [],
      };
      this.data.things.forEach(
        ({ first }, thing) => first !== undefined && first !== null && moment.values.set(thing, first),
      );
      for (const step of this.data.begin[0]) this.take(moment, step, "begin");
      return moment;
    }

    stands({ node }) {
      return this.data.nodes[node][0];
    }

    edges({ node }) {
      const next = this.data.nodes[node][1];
      return Array.isArray(next) ? next : [];
    }

    isOver({ node }) {
      return !Array.isArray(this.data.nodes[node][1]);
    }

    able(moment) {
      return this.edges(moment).map(([actor]) => actor);
    }

    // Lets an actor that can go take its step, and all steps that nobody has to choose.
    go(moment, actor) {
      const [, steps, to] = this.edges(moment).find(([who]) => who === actor);
      moment.choices += 1;
      const tells = this.data.steps[steps[0]]?.actor === actor;
      if (!tells) {
        // A step that nobody can notice is not told in the data. The history has it all the same.
        const { at, does, name } = this.data.stands[this.stands(moment)[actor]] ?? {};
        moment.rows.push({
          actor,
          at,
          name,
          does: does === "call" ? "call" : "quiet",
          how: "chosen",
          choice: moment.choices,
          marks: "",
        });
      }
      steps.forEach((step, place) => this.take(moment, step, tells && place === 0 ? "chosen" : "forced"));
      moment.node = to;
    }

    // After these choices. Stops at one that cannot be made.
    after(choices) {
      const moment = this.begin();
      for (const actor of choices) {
        if (!this.able(moment).includes(actor)) break;
        this.go(moment, actor);
      }
      return moment;
    }

    // How things stand after one more step. crates/tools/schedules/src/tell/board.rs says the same.
    take(moment, number, how) {
      const step = this.data.steps[number];
      const { actor, does, thing, result } = step;
      const at = moment.rows.length;
      moment.rows.push({ ...step, how, choice: moment.choices, marks: "" });
      if (does === "lock" || (does === "try_lock" && result !== "no"))
        this.acquire(moment, thing, actor, step.shared);
      if (does === "unlock") this.release(moment, thing, actor);
      if (does === "wait") {
        this.release(moment, step.lock, actor);
        moment.waiting.set(thing, [...(moment.waiting.get(thing) ?? []), actor]);
      }
      if (does === "wake") {
        moment.waiting.set(
          thing,
          (moment.waiting.get(thing) ?? []).filter((other) => other !== actor),
        );
        this.acquire(moment, step.lock, actor, false);
      }
      const messages = (change) =>
        moment.messages.set(thing, Math.max(0, (moment.messages.get(thing) ?? 0) + change));
      if ((does === "send" || does === "try_send") && (result ?? "yes") === "yes") messages(+1);
      if ((does === "receive" || does === "try_receive") && (result ?? "yes") === "yes") messages(-1);
      if (does === "print") moment.output += step.text;

      const seen = ["lock", "try_lock", "unlock", "read"].includes(does)
        ? thing
        : does === "wake"
          ? step.lock
          : undefined;
      if (seen !== undefined && step.saw !== undefined) moment.values.set(seen, step.saw);
      if (does === "read" && step.saw !== undefined)
        (moment.reads[actor] ??= new Map()).set(thing, { value: step.saw, at });
      const written = step.wrote ?? step.changed?.[1];
      if (written === undefined) return;
      // Whoever writes after a look that others have made false has not seen their change.
      const read = moment.reads[actor]?.get(thing);
      const other = moment.writes.get(thing);
      if (read && other && other.at > read.at && other.actor !== actor && other.value !== read.value) {
        moment.stale.push({ does, actor, read, other, value: written, at });
      }
      moment.values.set(thing, written);
      moment.writes.set(thing, { actor, value: written, at });
      moment.reads[actor]?.delete(thing);
    }

    acquire(moment, lock, actor, shared) {
      if (shared) moment.shared.set(lock, [...(moment.shared.get(lock) ?? []), actor]);
      else moment.alone.set(lock, actor);
    }

    release(moment, lock, actor) {
      if (moment.alone.get(lock) === actor) moment.alone.delete(lock);
      else {
        const readers = [...(moment.shared.get(lock) ?? [])];
        if (readers.includes(actor)) readers.splice(readers.indexOf(actor), 1);
        moment.shared.set(lock, readers);
      }
    }

    holders(moment, lock) {
      return [
        ...(moment.alone.has(lock) ? [moment.alone.get(lock)] : []),
        ...(moment.shared.get(lock) ?? []),
      ];
    }

    // What is said of an actor: where it stands, whether it can go, and if not, why.
    standing(moment, actor) {
      const { words } = this;
      const stand = this.stands(moment)[actor] ?? NOT_STARTED;
      if (stand === NOT_STARTED) return { text: words.notStarted };
      if (stand === ENDED) return { text: words.hasEnded };
      const step = this.data.stands[stand];
      const named = this.named(step, moment);
      const edge = this.edges(moment).find(([who]) => who === actor);
      const stuck = words.waits[LOOKS.includes(step.does) ? "look" : step.does] ?? words.waits.other;
      let text;
      if (edge) {
        const first = this.data.steps[edge[1][0]];
        text = (first?.result === "gave_up" ? words.next.gaveUp : words.next[step.does])(named);
      } else if (!this.isOver(moment)) text = stuck(named);
      else
        text =
          this.endOf(moment).how === "deadlock" || this.holds(moment, step, actor)
            ? stuck(named)
            : words.cutOff;
      return { text, at: step.at, able: edge !== undefined, step };
    }

    // Whether what an actor wants is held by others.
    holds(moment, step, actor) {
      return step.does === "lock" && this.holders(moment, step.thing).some((holder) => holder !== actor);
    }

    endOf({ node }) {
      return this.data.ends[this.data.nodes[node][1]];
    }

    // Where in the list of endings this moment has ended.
    ending({ node, output }) {
      return this.endings.get(nameOf(this.data.nodes[node][1], output));
    }

    // What can follow after a node, as its end, what is printed until then, and the easiest way. Children
    // come before their parents in the table, so no recursion is needed.
    future(node) {
      for (let at = this.futures.length; at <= node; at++) {
        const next = this.data.nodes[at][1];
        const all = new Map();
        if (!Array.isArray(next)) all.set(nameOf(next, ""), { end: next, output: "", way: [] });
        else
          for (const [actor, steps, to] of next) {
            const printed = steps
              .map((step) => this.data.steps[step])
              .filter(({ does }) => does === "print")
              .map(({ text }) => text)
              .join("");
            for (const { end, output, way } of this.futures[to]) {
              const [longer, name] = [[actor, ...way], nameOf(end, printed + output)];
              if (!all.has(name) || cost(longer) < cost(all.get(name).way))
                all.set(name, { end, output: printed + output, way: longer });
            }
          }
        this.futures.push([...all.values()]);
      }
      return this.futures[node];
    }

    // The endings that can still come, the one with the easiest way first.
    reachable(moment) {
      return this.future(moment.node)
        .map(({ end, output, way }) => ({
          way,
          ending: this.endings.get(nameOf(end, moment.output + output)),
        }))
        .sort((one, other) => cost(one.way) - cost(other.way));
    }

    // Who waits for a lock in a circle: each with the lock it wants and the one whom it waits for.
    circle(moment) {
      const wants = this.stands(moment).map((stand, actor) => {
        const step = this.data.stands[stand];
        const holder =
          step && this.holds(moment, step, actor) ? this.holders(moment, step.thing)[0] : undefined;
        return holder === undefined ? undefined : { actor, lock: step.thing, holder };
      });
      for (const start of wants) {
        const circle = [];
        for (let at = start; at && !circle.includes(at); at = wants[at.holder]) circle.push(at);
        if (circle.length > 1 && wants[circle.at(-1).holder] === start) return circle;
      }
      return [];
    }

    // An ending in words, where the page has none of its own for it.
    label(ending) {
      return [this.words.output(oneLine(ending.output)), this.howItEnded(ending)]
        .filter(Boolean)
        .join(this.words.comma);
    }

    howItEnded({ end }) {
      const { how, uncaught = [], ...rest } = this.data.ends[end];
      return [this.words.ends[how]?.(rest) ?? how, ...uncaught].filter(Boolean).join(this.words.comma);
    }
  }

  // ---------------------------------------------------------------------------------------------------
  // The board
  // ---------------------------------------------------------------------------------------------------

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const STEP_TIME = 900; // milliseconds between two steps that are shown

  const make = (tag, name, ...inside) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside);
    return element;
  };

  const button = (name, act, ...inside) => {
    const element = make("button", name, ...inside);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  };

  // A Chinese character is two columns wide.
  const columns = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);

  // Main is grey, the others have four colours in turn.
  const colour = (actor) => `play-a${actor === 0 ? 0 : ((actor - 1) % 4) + 1}`;
  const badge = (actor, more = "") => {
    const element = make("span", `play-badge ${colour(actor)} ${more}`, String(actor));
    element.setAttribute("aria-hidden", "true");
    return element;
  };

  // One program's game: its choices, those that were taken back (the next to do again comes last), and
  // what was found in it.
  class Game {
    constructor(program) {
      Object.assign(this, { program, choices: [], undone: [], found: new Set(), refuted: new Set() });
    }

    // Who was taken back can be taken again and leads on to what followed; somebody else leads elsewhere.
    take(actor) {
      if (this.undone.pop() !== actor) this.undone = [];
      this.choices.push(actor);
    }

    // Back to the moment after so many choices.
    takeBackTo(length) {
      this.undone.push(...this.choices.splice(length).reverse());
    }
  }

  class Board {
    constructor(box, words) {
      Object.assign(this, { box, words, timer: 0 });
      const names = new Map((box.dataset.names ?? "").split(";").map((named) => named.split("=")));
      const data = (role) => {
        const script = box.querySelector(`script[data-role="${role}"]`);
        return script ? new Program(JSON.parse(script.textContent), words, names) : undefined;
      };
      this.live = false; // whether the address follows
      this.games = [data("game"), data("python")].filter(Boolean).map((program) => new Game(program));
      this.twin = data("twin");
      this.readEndings();
      this.build();
      this.open(this.games[0]);
    }

    // The lines to tick, each with the endings that it stands for. Without lines in the page, every
    // ending gets one.
    readEndings() {
      const { program } = this.games[0];
      const items = [...this.box.querySelectorAll("li")];
      this.lines = items.length
        ? items.map((item) => ({
            label: item.textContent.trim(),
            nodes: [...item.childNodes],
            endings: (item.dataset.endings ?? "").split(/\s+/).filter(Boolean).map(Number),
          }))
        : program.data.endings.map((ending, at) => {
            const label = this.words.ending(at + 1);
            const how = program.howItEnded(ending);
            const nodes = [
              make("b", "", this.words.first(label)),
              make("samp", "", ending.output.trimEnd()),
              ...(how ? [make("span", "", how)] : []),
            ];
            return { label, nodes, endings: [at] };
          });
      this.asks = items.length > 0;
    }

    get program() {
      return this.game.program;
    }

    // The line for one of the program's endings. The lines are made for the first program; the endings
    // of the same lesson in Python are found in them by what they print and how they end.
    lineOf(ending, program = this.program) {
      const first = this.games[0].program;
      if (program !== first) {
        const { output, end } = program.data.endings[ending];
        ending = first.data.endings.findIndex(
          (other) => other.output === output && first.data.ends[other.end].how === program.data.ends[end].how,
        );
      }
      return this.lines.findIndex(({ endings }) => endings.includes(ending));
    }

    labelOf(ending) {
      return this.lines[this.lineOf(ending)]?.label ?? this.program.label(this.program.data.endings[ending]);
    }

    // The program's endings that a line stands for, simplest first.
    endingsOf(line, program = this.program) {
      return program.data.endings.map((_, at) => at).filter((at) => this.lineOf(at, program) === line);
    }

    schedulesOf(line) {
      return this.endingsOf(line).reduce(
        (sum, at) => sum + BigInt(this.program.data.endings[at].schedules),
        0n,
      );
    }

    // --- What is there once, whatever is chosen.
    build() {
      const { box, words } = this;
      const { data } = this.games[0].program;
      let question = box.querySelector("p");
      if (!question) {
        question = make("p", "", words.questionEach(data.program, data.endings.length));
        box.prepend(question);
      }
      question.classList.add("play-question");
      const list = box.querySelector("ul") ?? box.appendChild(make("ul"));
      list.classList.add("play-endings");
      list.replaceChildren(...this.lines.map((line, at) => this.buildLine(line, at)));
      // As many columns as the longest line lets stand side by side.
      list.style.setProperty(
        "--label",
        `${Math.max(...this.lines.map(({ label }) => Math.min(columns(label), 40)))}ch`,
      );

      this.score = make("p", "play-score");
      this.tabs = make("div", "play-tabs");
      if (this.games.length > 1) {
        this.tabs.setAttribute("role", "group");
        this.tabs.setAttribute("aria-label", words.source);
        for (const game of this.games) {
          const language = game.program.data.files[0]?.language;
          game.tab = button(
            "play-tab",
            () => {
              this.stop();
              this.open(game);
            },
            words.inLanguage[language] ?? game.program.data.program,
          );
          this.tabs.append(game.tab);
        }
      }
      this.source = make("div", "play-source");
      this.source.tabIndex = 0;
      this.source.setAttribute("role", "region");
      this.source.setAttribute("aria-label", words.source);
      this.cards = make("div", "play-cards");
      this.cards.setAttribute("role", "group");
      this.cards.setAttribute("aria-label", words.who);
      this.things = make("dl", "play-things");
      const tool = (word, act) =>
        button(
          `play-${word}`,
          () => {
            this.stop();
            act();
          },
          words[word],
        );
      this.tools = make(
        "div",
        "play-tools",
        (this.undoes = tool("undo", () => this.undo())),
        (this.redoes = tool("redo", () => this.redo())),
        tool("again", () => this.again()),
        tool("hint", () => this.hint()),
        tool("chance", () => this.chance()),
        make("span", "play-keys", words.keys),
      );
      this.said = make("p", "play-said");
      this.left = make("p", "play-left");
      this.result = make("div", "play-result");
      // One region is announced, so that the words come in their order and each once.
      const told = make("div", "play-told", this.said, this.left, this.result);
      told.setAttribute("role", "status");
      this.notes = make("div", "play-notes");
      this.history = make("div", "play-history");
      list.after(
        this.score,
        this.tabs,
        make(
          "div",
          "play-board",
          this.source,
          make(
            "div",
            "play-side",
            make("div", "play-who", make("p", "play-title", words.who), this.cards),
            this.things,
          ),
          this.tools,
          told,
        ),
        this.history,
        this.notes,
      );
      box.classList.add("play-on");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", question.textContent);
      box.addEventListener("keydown", (event) => this.key(event));
    }

    buildLine(line, at) {
      const { words } = this;
      line.tick = make("input");
      line.tick.type = "checkbox";
      line.note = make("span", "play-note");
      line.show = button(
        "play-show",
        () => this.show(at),
        make("span", "play-arrow", "▶"),
        make("span", "play-word", ` ${words.show}`),
      );
      line.show.setAttribute("aria-label", words.showWhat(line.label));
      const label = make("span", "play-label", make("span", "play-ending", ...line.nodes));
      label.append(line.note);
      const head = this.asks ? make("label", "", line.tick, label) : label;
      return (line.item = make("li", "", head, line.show));
    }

    // --- What is there for one program.
    open(game) {
      const { words } = this;
      this.game = game;
      const { program } = game;
      for (const { tab } of this.games) tab?.setAttribute("aria-pressed", String(tab === game.tab));
      this.rows = new Map();
      this.source.replaceChildren(...this.listing(program));
      this.source.hidden = !this.rows.size;
      this.box.style.setProperty("--actors", program.data.actors.length);
      this.box.style.setProperty("--cursors", Math.min(program.data.actors.length, 4));
      this.buttons = program.data.actors.map((_, actor) => {
        const name = make("b", "", words.first(program.who(actor)));
        const [place, read] = [make("span", "play-place"), make("span", "play-read")];
        const card = button(
          `play-card ${colour(actor)}`,
          () => {
            this.stop();
            this.choose(actor);
          },
          badge(actor),
          make("span", "play-words", name, place, read),
        );
        if (actor < 10) card.setAttribute("aria-keyshortcuts", String(actor));
        return { card, place, read };
      });
      this.cards.replaceChildren(...this.buttons.map(({ card }) => card));
      // The most lines that are ever printed have their room from the start, so that nothing moves.
      const width = this.rows.size ? 22 : 80;
      const height = (output) =>
        output
          .trimEnd()
          .split("\n")
          .reduce((sum, line) => sum + Math.max(1, Math.ceil(columns(line) / width)), 0);
      const heights = program.data.endings.map(({ output }) => height(output));
      this.box.style.setProperty("--printed", Math.min(Math.max(...heights, 1), 10));
      const notes = program.data.changed.map(([file, line, was]) =>
        make("p", "", ...words.changed(program.line([file, line]), make("code", "", was))),
      );
      const caveats = (program.data.caveats ?? []).map((code) => words.caveat[code] ?? code);
      if (caveats.length) notes.push(make("p", "", `${words.caveats}${caveats.join(words.space)}`));
      this.notes.replaceChildren(...notes);
      this.moment = undefined;
      this.update();
      this.say(this.asks ? words.begin(this.program.data.kind) : words.beginEach);
    }

    // The lines of the program, each with a place for the cursors before it.
    listing(program) {
      const elements = [];
      const { files, changed } = program.data;
      files.forEach(({ name, lines }, file) => {
        if (files.length > 1) elements.push(make("div", "play-file", name));
        const stops = new Set(
          [...program.data.stands, ...program.data.steps]
            .filter(({ at }) => at?.[0] === file)
            .map(({ at }) => at[1]),
        );
        const least = Math.min(...lines.map(([, text]) => text.length - text.trimStart().length));
        let before = 0;
        for (const [number, text] of lines) {
          const code = text.trimStart();
          if (
            before &&
            number > before + 1 &&
            /^(pub |async )?(fn|def|class|impl|struct|const|static|if __name__)\b/.test(code)
          )
            elements.push(make("div", "play-gap"));
          before = number;
          const source = make("code", "", code);
          // Half of the indentation leaves room for the cards.
          source.style.setProperty("--indent", `${(text.length - code.length - least) / 2}ch`);
          const marks = make("span", "play-marks");
          const row = make("div", "play-line", marks, make("span", "play-number", String(number)), source);
          if (!stops.has(number)) row.classList.add("play-quiet");
          if (changed.some(([f, n]) => f === file && n === number)) row.classList.add("play-changed");
          this.rows.set(`${file}:${number}`, { row, marks });
          elements.push(row);
        }
      });
      return elements;
    }

    // --- What the reader does.
    key(event) {
      if (event.altKey || event.defaultPrevented) return;
      const held = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      const actor = !held && key.length === 1 ? "0123456789".indexOf(key) : -1;
      // On a Mac the key is Command, where Command+Y belongs to the browser.
      if (held && ((key === "z" && event.shiftKey) || (key === "y" && event.ctrlKey))) {
        this.stop();
        this.redo();
      } else if (held ? key === "z" : key === "backspace") {
        this.stop();
        this.undo();
      } else if (actor >= 0 && actor < this.buttons.length) {
        this.stop();
        this.choose(actor);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    choose(actor) {
      const { program, words } = this;
      if (!program.able(this.moment).includes(actor)) {
        const why = program.isOver(this.moment)
          ? words.programEnded
          : program.standing(this.moment, actor).text;
        return this.say(words.cannot(words.first(program.who(actor)), why));
      }
      const before = this.moment.rows.length;
      this.game.take(actor);
      this.update();
      this.tell(before);
    }

    // Says what has happened since this row, and at the end how it ended.
    tell(before) {
      const { program, words, moment } = this;
      const rows = moment.rows.slice(before);
      const deeds = rows
        .slice(0, rows.length > 3 ? 2 : 3)
        .map((row) => words.doing(program.who(row.actor), program.did(row)));
      if (rows.length > 3) deeds.push(words.first(words.more(rows.length - 2)));
      this.say([words.sentence(deeds), ...this.verdict()]);
    }

    // How the program has ended, if it has.
    verdict() {
      const { program, words, moment } = this;
      return program.isOver(moment)
        ? [words.space, make("b", "", words.over(this.labelOf(program.ending(moment))))]
        : [];
    }

    undo() {
      if (!this.game.choices.length) return this.say(this.words.noUndo);
      this.game.takeBackTo(this.game.choices.length - 1);
      this.update();
      this.say(this.words.undone(this.game.choices.length));
    }

    redo() {
      if (!this.game.undone.length) return this.say(this.words.noRedo);
      this.choose(this.game.undone.at(-1));
    }

    // Back to the moment after so many choices, where the reader chooses anew.
    back(length) {
      this.game.takeBackTo(length);
      this.update();
      this.say(this.words.undone(length));
      this.buttons.find(({ card }) => card.getAttribute("aria-disabled") === "false")?.card.focus();
    }

    again() {
      this.game.takeBackTo(0);
      this.update();
      this.say(this.words.anew);
    }

    hint() {
      const { program, words, game } = this;
      const fresh = (moment) =>
        program
          .reachable(moment)
          .filter(({ ending, way }) => way.length && !game.found.has(this.lineOf(ending)));
      if (game.found.size === this.possible().length) return this.say(words.hintDone);
      const [best] = fresh(this.moment);
      if (best) return this.say(words.hintGo(program.who(best.way[0]), this.labelOf(best.ending)));
      let back = 1;
      while (!fresh(program.after(game.choices.slice(0, -back))).length) back += 1;
      this.say(words.hintUndo(back));
    }

    // What a run of the program does: nobody chooses.
    chance() {
      const { program, game } = this;
      if (program.isOver(this.moment)) game.takeBackTo(0);
      const moment = program.after(game.choices);
      while (!program.isOver(moment)) {
        const able = program.able(moment);
        game.take(able[Math.floor(Math.random() * able.length)]);
        program.go(moment, game.choices.at(-1));
      }
      this.update();
      this.say([this.words.byChance, ...this.verdict()]);
    }

    // Shows the shortest way to an ending, or says that there is none.
    show(line) {
      this.stop();
      const { program, words } = this;
      const [ending] = this.endingsOf(line);
      if (ending === undefined) {
        this.game.refuted.add(line);
        this.updateLines();
        this.say(words.noSchedule(this.lines[line].label, program.data.schedules));
        return;
      }
      this.again();
      const way = [...program.data.endings[ending].way];
      if (calm.matches) return way.forEach((actor) => this.choose(actor));
      const next = () => {
        this.choose(way.shift());
        this.timer = way.length ? setTimeout(next, STEP_TIME) : 0;
      };
      this.timer = setTimeout(next, STEP_TIME / 2);
    }

    stop() {
      clearTimeout(this.timer);
      this.timer = 0;
    }

    say(text) {
      this.said.replaceChildren(...[text].flat());
    }

    // --- What is seen after each choice.
    possible() {
      return this.lines.map((_, at) => at).filter((at) => this.endingsOf(at).length > 0);
    }

    update() {
      const { program, game } = this;
      const old = this.moment?.rows.length ?? 0;
      const moment = (this.moment = program.after(game.choices));
      const over = program.isOver(moment);
      if (over) game.found.add(this.lineOf(program.ending(moment)));
      this.box.classList.toggle("play-over", over);
      this.updateCursors(moment, over, moment.rows.slice(Math.min(old, moment.rows.length)));
      this.updateCards(moment);
      this.updateThings(moment);
      this.updateLines();
      this.updateLeft(moment, over);
      this.updateHistory(moment, over);
      this.undoes.setAttribute("aria-disabled", String(!game.choices.length));
      this.redoes.setAttribute("aria-disabled", String(!game.undone.length));
      this.remember();
    }

    updateCursors(moment, over, latest) {
      const { program } = this;
      const just = new Set(latest.filter(({ at }) => at).map(({ at }) => at.join(":")));
      for (const [place, { row, marks }] of this.rows) {
        marks.replaceChildren();
        row.classList.remove("play-here");
        row.classList.toggle("play-just", just.has(place));
      }
      const wanted = [];
      program.data.actors.forEach((_, actor) => {
        const { at, able } = program.standing(moment, actor);
        const line = at && this.rows.get(at.join(":"));
        if (!line || (over && program.endOf(moment).how !== "deadlock")) return;
        line.marks.append(badge(actor, able ? "" : "play-blocked"));
        if (!able) return;
        line.row.classList.add("play-here");
        wanted.push(line.row);
      });
      // Places are asked for once for each picture that is drawn, not once for each choice.
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.scrollTo(wanted));
    }

    // Moves a long program inside of its window, so that those who can go are seen.
    scrollTo(rows) {
      const { source } = this;
      if (!rows.length || source.scrollHeight <= source.clientHeight + 1) return;
      const tops = rows.map((row) => row.offsetTop);
      const [top, bottom] = [
        Math.min(...tops),
        Math.max(...rows.map((row, at) => tops[at] + row.offsetHeight)),
      ];
      if (top >= source.scrollTop && bottom <= source.scrollTop + source.clientHeight) return;
      const middle =
        bottom - top > source.clientHeight ? top + source.clientHeight / 2 - 20 : (top + bottom) / 2;
      source.scrollTo({ top: middle - source.clientHeight / 2, behavior: calm.matches ? "auto" : "smooth" });
    }

    updateCards(moment) {
      const { program, words } = this;
      const over = program.isOver(moment);
      const several = program.data.things.filter(({ kind }) => kind === "variable").length > 1;
      this.buttons.forEach(({ card, place, read }, actor) => {
        const { text, at, able } = program.standing(moment, actor);
        place.textContent = at ? words.line(program.line(at), text) : text;
        card.setAttribute("aria-disabled", String(!able));
        const [last] = over
          ? []
          : [...(moment.reads[actor] ?? [])].sort(([, one], [, other]) => other.at - one.at);
        const current = last && moment.values.get(last[0]);
        const stale = last !== undefined && current !== last[1].value;
        read.textContent =
          last === undefined
            ? ""
            : stale
              ? words.isStale(last[1].value, current)
              : words.hasRead(last[1].value, several ? program.thing(last[0]) : "");
        read.classList.toggle("play-bad", stale);
      });
    }

    // Values, locks with their holders, messages that wait, and what was printed.
    updateThings(moment) {
      const { program, words } = this;
      const rows = [];
      const order = ["variable", "lock", "channel", "condition"];
      const things = program.data.things
        .map(({ kind }, thing) => ({ kind, thing }))
        .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
      things.forEach(({ kind, thing }) => {
        const value = moment.values.get(thing);
        const holders = program.holders(moment, thing);
        const named = (actors, say) =>
          make(
            "span",
            "play-holders",
            ...say(
              actors.map((actor) => {
                const mark = badge(actor);
                mark.setAttribute("role", "img");
                mark.removeAttribute("aria-hidden");
                mark.setAttribute("aria-label", program.who(actor));
                return mark;
              }),
            ),
          );
        if (kind === "variable") rows.push([thing, value ?? "?", ""]);
        if (kind === "lock")
          rows.push([
            thing,
            value ?? "",
            holders.length ? named(holders, words.holds) : make("span", "play-free", words.free),
          ]);
        if (kind === "channel") rows.push([thing, words.messages(moment.messages.get(thing) ?? 0), ""]);
        if (kind === "condition" && moment.waiting.get(thing)?.length)
          rows.push([thing, "", named(moment.waiting.get(thing), words.waiting)]);
      });
      const elements = rows.map(([thing, value, more]) => {
        const cell = make("dd", "", make("b", "", value), more);
        // A value that has changed is lit up for a moment.
        if (this.shown?.get(thing) !== undefined && this.shown.get(thing) !== value)
          cell.classList.add("play-new");
        const name = program.thing(thing).replace(/^the /, "");
        return [
          make(
            "dt",
            "",
            program.data.things[thing].kind === "variable" ? make("code", "", name) : words.first(name),
          ),
          cell,
        ];
      });
      this.shown = new Map(rows.map(([thing, value]) => [thing, value]));
      const text = moment.output.replace(/\n+$/, "").replace(/\n\n+/g, "\n");
      const printed = text ? make("samp", "", text) : make("span", "play-free", words.nothing);
      this.things.replaceChildren(
        ...elements.flat(),
        make("dt", "", words.printed),
        make("dd", "play-printed", printed),
      );
      const shown = this.things.lastElementChild;
      shown.scrollTop = shown.scrollHeight;
    }

    updateLines() {
      const { words, game, program } = this;
      const possible = this.possible();
      const begun = game.found.size > 0;
      const complete = possible.every((line) => game.found.has(line));
      let right = 0;
      this.lines.forEach((line, at) => {
        const found = game.found.has(at);
        const never = !possible.includes(at) && (complete || game.refuted.has(at));
        // Who has seen an ending does not guess any more.
        line.tick.disabled = begun;
        line.item.classList.toggle("play-found", found);
        line.item.classList.toggle("play-never", never);
        line.note.textContent = found
          ? complete
            ? words.share(this.schedulesOf(at), program.data.schedules)
            : words.isFound
          : never
            ? words.never(program.data.schedules)
            : words.notFound;
        right += Number(line.tick.checked === possible.includes(at));
      });
      this.score.textContent = words.found(game.found.size, possible.length);
      this.score.classList.toggle("play-done", complete);
      const ticked = this.lines.some(({ tick }) => tick.checked);
      const judged = ticked
        ? right === this.lines.length
          ? words.allRight
          : words.rightOf(right, this.lines.length)
        : "";
      const wrong = this.lines
        .filter(({ tick }, at) => tick.checked && !possible.includes(at))
        .map(({ label }) => words.noSchedule(label, program.data.schedules));
      this.judgement = complete ? [words.all, judged, ...wrong].filter(Boolean).join(words.space) : "";
    }

    // Which endings are left is told once the reader has found one: the first game is for finding out.
    updateLeft(moment, over) {
      const { words, game, program } = this;
      let text = "";
      if (game.found.size > 0 && game.choices.length && !over && this.possible().length > 1) {
        const lines = [...new Set(program.reachable(moment).map(({ ending }) => this.lineOf(ending)))];
        const known = lines.filter((line) => game.found.has(line));
        text =
          lines.length === 1 && known.length === 1
            ? words.onlyLeft(this.lines[lines[0]].label)
            : words.left(
                known.map((line) => this.lines[line].label),
                lines.length - known.length,
              );
        this.left.classList.toggle("play-bad", lines.length === 1);
      }
      this.left.textContent = text;
    }

    // After how many choices nothing but this line was left, if anything else ever was.
    pointOfNoReturn(line) {
      const { program, game } = this;
      if (this.possible().length < 2) return 0;
      const walk = program.begin();
      for (const [at, actor] of game.choices.entries()) {
        program.go(walk, actor);
        if (program.reachable(walk).every(({ ending }) => this.lineOf(ending) === line)) return at + 1;
      }
      return 0;
    }

    // The steps that were taken, a column for each actor; at the end also why it came to this.
    updateHistory(moment, over) {
      const { program, words } = this;
      const why = over ? this.explain(moment) : [];
      const line = over ? this.lineOf(program.ending(moment)) : -1;
      const point = over ? this.pointOfNoReturn(line) : 0;
      const grid = make("div", "play-grid");
      program.data.actors.forEach((_, actor) => {
        const head = make("div", `play-head ${colour(actor)}`, words.first(program.who(actor)));
        head.style.gridColumn = actor + 1;
        grid.append(head);
      });
      let at = 1;
      const cell = (element, column) => {
        at += 1;
        element.style.gridRow = at;
        if (column !== undefined) element.style.setProperty("--column", column);
        grid.append(element);
      };
      [...moment.rows, ...(moment.waits ?? [])].forEach((row) => {
        if (row.how === "chosen" && row.choice === point) {
          cell(
            make(
              "div",
              "play-point",
              make("span", "", words.point(this.lines[line]?.label ?? "")),
              button(
                "play-before",
                () => {
                  this.stop();
                  this.back(point - 1);
                },
                `↶ ${words.before}`,
              ),
            ),
          );
        }
        const number = row.at ? make("span", "play-number", program.line(row.at)) : "";
        const step = make(
          "div",
          `play-step ${colour(row.actor)} play-${row.how}`,
          badge(row.actor),
          number,
          make("span", "play-did", row.how === "waits" ? row.text : program.did(row)),
        );
        if (row.how === "forced") step.title = words.forced;
        if (row.marks) {
          step.classList.add("play-marked");
          step.append(make("b", "play-mark", row.marks));
        }
        cell(step, row.actor);
      });
      this.history.replaceChildren(make("p", "play-title", words.steps), grid);
      const compared = over && this.twin && this.game === this.games[0] ? [this.compare()] : [];
      const judged = over && this.judgement ? [make("p", "play-done", this.judgement)] : [];
      this.result.replaceChildren(...why, ...compared, ...judged);
    }

    // Marks the steps that made a bad end, and says it in one sentence.
    explain(moment) {
      const { program, words } = this;
      const mark = (row, sign) => {
        moment.rows[row].marks += sign;
      };
      const told = (sentence) => [make("p", "play-why", make("b", "", words.why), sentence)];
      const circle = program.circle(moment);
      if (circle.length) {
        const taken = circle.map(({ holder, lock }) =>
          moment.rows.findLastIndex(
            ({ does, thing, actor }) => does === "lock" && thing === lock && actor === holder,
          ),
        );
        taken.sort((one, other) => one - other).forEach((row, at) => mark(row, SIGNS[at]));
        // They stand before their next step and never take it: the story has a line for each of them.
        moment.waits = circle.map(({ actor }) => ({
          ...program.standing(moment, actor),
          actor,
          how: "waits",
          marks: SIGNS[circle.length],
        }));
        const holds = taken.map((row) => [
          program.who(moment.rows[row].actor),
          program.thing(moment.rows[row].thing),
        ]);
        return told(
          words.circle(
            holds,
            circle.map(({ actor, lock }) => [program.who(actor), program.thing(lock)]),
          ),
        );
      }
      const stale = moment.stale.at(-1);
      if (!stale) return [];
      mark(stale.read.at, "①");
      mark(stale.other.at, "②");
      mark(stale.at, "③");
      const say = stale.does === "write" ? words.lost : words.late;
      return told(
        say({
          who: program.who(stale.actor),
          other: program.who(stale.other.actor),
          read: stale.read.value,
          wrote: stale.other.value,
          value: stale.value,
        }),
      );
    }

    // The same choices in the twin, such as the one with the lock, as far as they can be made there.
    compare() {
      const { twin, words } = this;
      const moment = twin.begin();
      const wishes = [...this.game.choices];
      let waits = 0;
      while (!twin.isOver(moment)) {
        const able = twin.able(moment);
        const wish = wishes.shift();
        if (wish === undefined || able.includes(wish)) twin.go(moment, wish ?? able[0]);
        else waits += Number(twin.stands(moment)[wish] >= 0);
      }
      const link = make("a", "", twin.data.program);
      link.href = `${twin.data.program}.html`;
      const ending = twin.data.endings[twin.ending(moment)];
      // In the page's own words, or by the last line that it prints.
      const label =
        this.lines[this.lineOf(twin.ending(moment), twin)]?.label ??
        (twin.data.ends[ending.end].how === "returned"
          ? ending.output.trimEnd().split("\n").at(-1)
          : twin.label(ending));
      return make("p", "play-twin", ...words.twin(link, make("b", "", label), waits));
    }

    // --- The address holds the choices, so that a moment can be linked to: #play=bank_no_lock,1,1,2
    remember() {
      const { choices, program } = this.game;
      const hash = choices.length
        ? `#play=${[encodeURIComponent(program.data.program), ...choices].join(",")}`
        : "";
      if (!this.live || (hash === "" && !location.hash.startsWith("#play="))) return;
      // Not one entry for each step: the browser's Back leaves the page.
      history.replaceState(history.state, "", hash || location.pathname + location.search);
    }

    // Whether the address is for this board; if so, it is brought to that moment. Choices that cannot be
    // made, as in a link to a program that was changed since, are left out with all that follow.
    recall() {
      if (!location.hash.startsWith("#play=")) return false;
      const [name, ...choices] = location.hash.slice("#play=".length).split(",");
      const game = this.games.find(({ program }) => encodeURIComponent(program.data.program) === name);
      if (!game) return false;
      if (game === this.game && game.choices.join() === choices.join()) return true;
      this.stop();
      const moment = game.program.begin();
      Object.assign(game, { choices: [], undone: [] });
      for (const actor of choices.map(Number)) {
        if (!game.program.able(moment).includes(actor)) break;
        game.program.go(moment, actor);
        game.choices.push(actor);
      }
      this.open(game);
      this.say([this.words.linked(game.choices.length), ...this.verdict()]);
      this.box.scrollIntoView({ block: "start" });
      return true;
    }
  }

  // ---------------------------------------------------------------------------------------------------
  // The start
  // ---------------------------------------------------------------------------------------------------

  const boards = [];

  function start() {
    const words = document.documentElement.lang.startsWith("zh") ? WORDS.zh : WORDS.en;
    for (const box of document.querySelectorAll("div.play")) {
      const board = new Board(box, words);
      box.board = board; // for the checks in docs/check, and for whoever is curious
      boards.push(board);
    }
    boards.some((board) => board.recall());
    // From here on the address follows the reader.
    for (const board of boards) board.live = true;
  }

  // Keys go to the board that is seen, if nothing on the page has the focus.
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body) return;
    const middle = (board) => {
      const { top, bottom } = board.box.getBoundingClientRect();
      return top < innerHeight && bottom > 0 ? Math.abs((top + bottom - innerHeight) / 2) : Infinity;
    };
    const [nearest] = boards
      .filter((board) => middle(board) < Infinity)
      .sort((one, other) => middle(one) - middle(other));
    nearest?.key(event);
  });
  addEventListener("hashchange", () => boards.some((board) => board.recall()));

  // The same page in the other language opens at the same moment.
  document.addEventListener(
    "click",
    ({ target }) => {
      const link = target.closest?.("a.other-language");
      if (link) link.hash = location.hash.startsWith("#play=") ? location.hash : "";
    },
    true,
  );

  // The file of `schedules --html` has no book around it, which would have a page for each language.
  function offerLanguages() {
    if (document.querySelector("#mdbook-content, .page-wrapper")) return;
    const original = [...document.querySelectorAll("div.play")].map((box) => box.cloneNode(true));
    document.body.classList.add("play-alone");
    const other = button("play-language", () => {
      const chinese = document.documentElement.lang.startsWith("zh");
      document.documentElement.lang = chinese ? "en" : "zh-CN";
      const before = boards.map(({ game }) => game);
      document.querySelectorAll("div.play").forEach((box, at) => {
        boards[at].stop();
        box.replaceWith(original[at].cloneNode(true));
      });
      boards.length = 0;
      name();
      start();
      boards.forEach((board, at) => {
        const { choices, undone, found, refuted } = before[at];
        Object.assign(board.game, { choices, undone, found, refuted });
        board.update();
      });
    });
    const name = () => {
      const chinese = document.documentElement.lang.startsWith("zh");
      other.textContent = chinese ? "English" : "中文";
      other.lang = chinese ? "en" : "zh-CN";
      const heading = document.querySelector("h1");
      if (heading) document.title = WORDS[chinese ? "zh" : "en"].title(heading.textContent);
    };
    name();
    document.body.prepend(other);
  }

  offerLanguages();
  start();
})();
