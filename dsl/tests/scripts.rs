//! Scripts: what they may do, and hundreds of ways to mean no good.
//!
//! Whatever a script does, its call ends within the budget of operations and of time, in bounded memory and without a
//! panic; and unless it answers what was declared, its fact has failed, so that a person decides.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests measure time and memory; the crate does not")]

mod common;

use std::time::Duration;

use common::{quiet, texts};
use remit_dsl::{Facts, Outcome, Policy, Provenance, Severity, Value};

/// The longest that a call may run, and what the look at the clock and a slow machine add to it.
const LONGEST: Duration = Duration::from_millis(50 + 50);
const MEGABYTE: u64 = 1 << 20;

fn root(returns: &str) -> String {
    format!(
        "remit 1\nautonomy full\nintent a {{ reply send }}\n\
         script s(draft.text, thread.depth) -> {returns} {{ file \"s.rhai\" budget 1000000 operations }}\n\
         guard g: approval when script s{}",
        if returns == "yes/no" { "" } else { " > 0.5" }
    )
}

fn compile(returns: &str, body: &str) -> remit_dsl::Compiled {
    remit_dsl::compile("root.remit", &texts(&[("root.remit", &root(returns)), ("s.rhai", body)]))
}

fn script(returns: &str, body: &str) -> Policy {
    let compiled = compile(returns, body);
    assert!(compiled.policy.is_some(), "{body}: {}", remit_dsl::render::plain(&compiled.diagnostics));
    compiled.policy.unwrap()
}

fn result(policy: &Policy, draft: &str) -> (Option<Value>, Outcome) {
    let mut facts = quiet("a", 0.9);
    policy.run_scripts(&mut facts, Some(draft));
    (facts.value("script:s").cloned(), policy.decide(&facts).outcome)
}

/// Time that this thread was on a processor: other work on the machine does not count.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0))
}

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kb| kb.trim().parse::<u64>().ok()).unwrap_or(0)
        * 1024
}

/// A large draft, so that work on it costs something.
fn draft() -> String {
    "a% ".repeat(20_000)
}

/// Bodies of `fn s(text, depth)`; each must fail.
const HOSTILE: &[(&str, &str)] = &[
    // Loops.
    ("endless loop", "loop { }"),
    ("endless loop with work", "while true { let x = 1; } true"),
    ("do until", "do { } until false; true"),
    ("range of everything", "let n = 0; for i in 0..9223372036854775807 { n += 1; } true"),
    ("range function of everything", "let n = 0; for i in range(0, 9223372036854775807) { n += 1; } true"),
    ("range by one", "let n = 0; for i in range(0, 9223372036854775807, 1) { n += 1; } true"),
    ("range to nowhere", "for i in range(0, 10, 0) { } true"),
    ("range backwards", "let n = 0; for i in range(9223372036854775807, -9223372036854775807, -1) { n += 1; } true"),
    ("inclusive range of everything", "let n = 0; for i in 0..=9223372036854775807 { n += 1; } true"),
    ("float range", "let n = 0; for i in range(0.0, 1e300, 1e-300) { n += 1; } true"),
    ("loop with continue", "loop { continue; }"),
    ("nested loops", "let n = 0; for a in 0..1000 { for b in 0..1000 { for c in 0..1000 { n += 1; } } } true"),
    ("bits for ever", "loop { for b in bits(-1) { } }"),
    ("letters for ever", "loop { for b in text.chars() { } }"),
    // Recursion.
    ("recursion", "s(text, depth)"),
    ("recursion by pointer", "let f = Fn(\"s\"); f.call(text, depth)"),
    ("recursion by closure", "let f = |g| g.call(g); f.call(f)"),
    ("nested closures", "let a = || { let b = || { let c = || { loop {} }; c.call() }; b.call() }; a.call()"),
    ("curried growth", "let f = Fn(\"s\"); loop { f = f.curry(text); }"),
    ("recursion in map", "let f = |x| [x].map(|y| s(text, depth)); f.call(1); true"),
    ("reduce for ever", "let a = [1, 2, 3]; loop { a.reduce(|x, y| x); }"),
    // Strings.
    ("doubled string", "let x = text; for i in 0..1000 { x += x; } false"),
    ("padded string", "let x = \"x\"; x.pad(1000000000, \"y\"); x.len() > 0"),
    ("padded with nothing", "let x = \"x\"; x.pad(100, \"\"); x.len() > 0"),
    ("padded to the end of numbers", "let x = \"x\"; x.pad(9223372036854775807, 'y'); true"),
    ("padded with long text", "let x = \"\"; x.pad(60000, text); let y = x + x; y.len() > 0"),
    ("padded with wide letters", "let x = \"\"; x.pad(65536, '\u{1F600}'); let y = x + x; y.len() > 0"),
    ("replaced nothing with everything", "text.replace(\"\", text); true"),
    ("replaced a letter with everything", "text.replace('a', text); true"),
    ("replaced by more, again and again", "let x = \"a\"; loop { x.replace(\"a\", \"aa\"); }"),
    ("replaced for ever", "loop { let x = text; x.replace(\"%\", \"!\"); }"),
    ("split for ever", "loop { text.split(\"b\"); }"),
    ("split in letters", "let x = text.split(\"\"); let y = [x, x]; true"),
    ("split and joined", "let x = []; for p in text.split(\" \") { x.push(text); } true"),
    ("upper case for ever", "loop { text.to_upper(); }"),
    ("searched for ever", "loop { text.index_of(\"a% a% a% a% b\"); }"),
    ("searched from the end", "loop { text.contains(\"b\" + text); }"),
    ("cropped for ever", "loop { let x = text; x.crop(1, 65535); }"),
    ("interpolated growth", "let x = \"ab\"; loop { x = `${x}${x}`; }"),
    ("letters to numbers", "loop { text.to_chars(); }"),
    ("bytes of text", "let b = text.to_blob(); let c = [b, b]; true"),
    ("removed for ever", "loop { let x = text; x.remove(\"%\"); }"),
    ("subtracted for ever", "loop { let x = text - \"%\"; }"),
    ("trimmed for ever", "loop { let x = text; x.trim(); x += \" \"; }"),
    ("compared for ever", "loop { if text == text + \"\" { } }"),
    ("printed structure", "let x = [text]; loop { x = [x.to_string()]; }"),
    ("quoted structure", "let x = \"\\\"\"; loop { x = [x].to_debug(); }"),
    ("JSON growth", "let m = #{a: \"\\\"\"}; loop { m = #{a: m.to_json()}; }"),
    ("JSON bomb", "let x = \"\"; x.pad(30000, '['); parse_json(x); true"),
    ("JSON object bomb", "let x = \"\"; x.pad(30000, \"{\\\"a\\\":\"); parse_json(x); true"),
    // Arrays and maps.
    ("pushed array", "let x = []; for i in 0..100000 { x.push(i); } false"),
    ("doubled array", "let x = [1]; loop { x += x; }"),
    ("appended array", "let x = [1]; loop { x.append(x); }"),
    ("padded array", "let x = []; x.pad(9223372036854775807, 1); true"),
    ("padded by multiplication", "let x = []; x.pad(4611686018427387904, [1, 2, 3]); true"),
    ("padded to abort", "let x = []; let y = []; y.pad(1023, 1); x.pad(18014398509481984, y); true"),
    ("nested array", "let x = [1, 2]; loop { x = [x, x]; }"),
    ("deep array", "let x = []; loop { x = [x]; }"),
    ("array of texts", "let x = []; loop { x.push(text); }"),
    ("inserted array", "let x = [1]; loop { x.insert(0, x); }"),
    ("spliced array", "let x = [1]; loop { x.splice(0, 0, x); }"),
    ("zipped array", "let x = [1]; loop { x = x.zip(x, |a, b| [a, b]); }"),
    ("grown map", "let x = #{}; for i in 0..100000 { x[i.to_string()] = i; } false"),
    ("map with long keys", "let x = #{}; for i in 0..60 { x[text + i] = 1; } let y = [x, x]; true"),
    (
        "many maps with long keys",
        "let x = #{}; for i in 0..60 { x[text + i] = 1; } loop { let y = x; y.a = 1; let z = y; z.b = 1; }",
    ),
    ("nested map", "let x = #{a: 1}; loop { x = #{a: x, b: x}; }"),
    ("merged map", "let x = #{}; let i = 0; loop { i += 1; let y = #{}; y[i.to_string()] = 1; x.mixin(y); }"),
    (
        "sorted without sense",
        "let x = []; for i in 0..200 { x.push(i); } let n = 0; x.sort(|a, b| { (a * 7919 + b * 104729) % 3 - 1 }); loop { x.sort(|a, b| 1); }",
    ),
    ("sorted mixed", "let x = [1, \"a\", true, ()]; x.sort(); true"),
    ("compared deep", "let x = [1]; for i in 0..200 { x = [x]; } loop { if x == x { } }"),
    ("chain of methods", "loop { text.split(\" \").map(|x| x + text).filter(|x| x.len() > 0).reduce(|a, b| a + b); }"),
    ("many variables", "let a = 1; { let b = text + \"1\"; { let c = text + \"2\"; s(a, b) } }"),
    ("tagged", "let x = 1; set_tag(x, 9223372036854775807); x.tag > 0"),
    // Numbers.
    ("division by zero", "1 / 0 == 1"),
    ("remainder by zero", "1 % 0 == 1"),
    ("overflow", "9223372036854775807 + 1 > 0"),
    ("underflow", "-9223372036854775807 - 2 < 0"),
    ("product", "9223372036854775807 * 2 > 0"),
    ("the number without a positive", "let x = -9223372036854775807 - 1; abs(x) > 0"),
    ("its negation", "let x = -9223372036854775807 - 1; -x > 0"),
    ("its division", "let x = -9223372036854775807 - 1; x / -1 > 0"),
    ("its remainder", "let x = -9223372036854775807 - 1; x % -1 > 0; 1"),
    ("huge power", "2 ** 9223372036854775807 > 0"),
    ("shift", "(1 << 9223372036854775807) + 1; 1"),
    ("shift back", "(1 >> -9223372036854775807) + 1; 1"),
    ("parsed nonsense", "parse_int(\"nonsense\") > 0"),
    ("parsed a long number", "let x = \"\"; x.pad(60000, '9'); parse_int(x) > 0"),
    ("parsed in radix 99", "parse_int(\"1\", 99) > 0"),
    ("out of text", "text[10000000] == 'x'"),
    ("out of array", "[1][5] == 1"),
    ("too large for a whole number", "to_int(1e300) > 0"),
    // Reaching outside.
    ("unknown function", "missing(text)"),
    ("time", "timestamp() > 0"),
    ("time elapsed", "timestamp().elapsed > 0"),
    ("randomness", "rand() > 0.5"),
    ("files", "open_file(\"/etc/passwd\")"),
    ("environment", "env(\"HOME\") == \"\""),
    ("sleep", "sleep(10); true"),
    ("sleep of a fraction", "sleep(0.001); true"),
    ("sleep as a method", "10.sleep(); true"),
    ("sleep by pointer", "let f = Fn(\"sleep\"); f.call(10); true"),
    ("eval by pointer", "Fn(\"eval\").call(\"true\")"),
    ("print by pointer", "Fn(\"print\").call(\"true\"); 1"),
    ("a function that is not there by pointer", "call(\"s2\")"),
    ("property of a text", "text.secret"),
    ("property of nothing", "().a.b.c"),
    ("thrown", "throw \"no\""),
    ("thrown map", "throw #{answer: false}"),
    ("caught for ever", "loop { try { throw 1; } catch { } }"),
    ("caught overrun", "try { loop { } } catch { } false"),
    ("caught overrun, again and again", "loop { try { s(text, depth) } catch { } }"),
    // Wrong answers.
    ("text for yes", "\"yes\""),
    ("number for yes", "1"),
    ("nothing", ""),
    ("array", "[true]"),
    ("closure", "|| true"),
    ("map", "#{answer: true}"),
    ("letter", "'y'"),
    ("not a number", "0.0 / 0.0"),
];

#[test]
fn hostile_scripts_end_in_time_and_in_little_memory_and_a_person_decides() {
    let draft = draft();
    result(&script("yes/no", "fn s(text, depth) { true }"), &draft);
    let (mut longest, before, mut wrong) = ((Duration::ZERO, ""), peak(), Vec::new());
    for (name, body) in HOSTILE {
        let policy = script("yes/no", &format!("fn s(text, depth) {{ {body} }}"));
        let start = busy();
        let found = result(&policy, &draft);
        let took = busy() - start;
        longest = longest.max((took, name));
        let grown = peak().saturating_sub(before) / MEGABYTE;
        if found != (None, Outcome::Approval) || took > LONGEST || grown > 96 {
            wrong.push(format!("{name}: {found:?} after {took:?}, {grown} MB more"));
        }
    }
    println!("{} scripts, the longest {longest:?}, {} MB", HOSTILE.len(), peak().saturating_sub(before) / MEGABYTE);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hostile_answers_of_a_number_fail() {
    for body in [
        "0.0 / 0.0",
        "1.0 / 0.0",
        "-1.0 / 0.0",
        "1.0e308 * 10.0",
        "1.0006",
        "-0.001",
        "2",
        "-1",
        "true",
        "\"0.5\"",
        "()",
        "9223372036854775807",
        "sqrt(-1.0)",
        "ln(-1.0)",
        "asin(2.0)",
    ] {
        let policy = script("number 0..1", &format!("fn s(text, depth) {{ {body} }}"));
        assert_eq!(result(&policy, "x"), (None, Outcome::Approval), "{body}");
    }
    for (body, thousandths) in [("0.0004", 0), ("1.0004", 1000), ("-0.0", 0), ("1", 1000), ("0.9996", 1000)] {
        let policy = script("number 0..1", &format!("fn s(text, depth) {{ {body} }}"));
        assert_eq!(result(&policy, "x").0, Some(Value::Number(thousandths)), "{body}");
    }
}

/// Sources that only the reader sees: they compile or they do not, but it ends, without a crash.
#[test]
fn hostile_sources_are_refused_or_read_quickly() {
    let many = |piece: &str| piece.repeat(16_000 / piece.len());
    let deep = |open: &str, middle: &str, close: &str| {
        let times = 15_000 / (open.len() + close.len());
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let sources = [
        ("sum", format!("1{} > 0", many("+1"))),
        ("power", format!("1{} > 0", many("**1"))),
        ("and", format!("true{}", many("&&true"))),
        ("brackets", deep("(", "true", ")")),
        ("blocks", deep("{", "true", "}")),
        ("arrays", deep("[", "true", "]")),
        ("maps", deep("#{a:", "true", "}")),
        ("not", format!("{}true", many("!"))),
        ("minus", format!("{}1 > 0", many("-"))),
        ("methods", format!("text{}", many(".len()"))),
        ("fields", format!("text{}", many(".a"))),
        ("indices", format!("text{}", many("[0]"))),
        ("else if", format!("if true {{ true }}{}", many(" else if true { true }"))),
        ("closures", deep("||{", "true", "}")),
        ("calls", deep("s(", "true", ")")),
        ("interpolation", deep("`${", "1", "}`")),
        ("ifs", deep("if true {", "true", "}")),
        ("loops", deep("loop {", "true", "}")),
        (
            "switch",
            format!("switch depth {{ {} _ => true }}", (0..900).map(|n| format!("{n} => true,")).collect::<String>()),
        ),
        (
            "switch over huge ranges",
            "switch 5 { 0..9223372036854775807 => 1, -9223372036854775807..=9223372036854775807 => 2 }".to_owned(),
        ),
        (
            "switch over many ranges",
            format!(
                "switch 5 {{ {} _ => 1 }}",
                many("0..99,").replace(',', " => 1,").chars().take(14_000).collect::<String>()
            ),
        ),
        ("assignments", many("let a = 1;")),
        ("long name", many("a")),
        ("long text", format!("\"{}\"", many("a"))),
        ("open text", format!("\"{}", many("a"))),
        ("long comment", format!("/*{}*/ true", many("a"))),
        ("nested comments", format!("{}{} true", "/*".repeat(3000), "*/".repeat(3000))),
        ("long number", many("9")),
        ("long fraction", format!("0.{} > 0.0", many("9"))),
        ("try", deep("try {", "true", "} catch {}")),
        ("null bytes", many("\0")),
        ("question marks", format!("text{}", many("?.a"))),
        ("coalescing", format!("text{}", many("??1"))),
        ("in", format!("1{}", many(" in 1"))),
        ("assign chain", format!("{}1", many("a="))),
        ("returns", format!("{}1", many("return "))),
        ("throws", format!("{}1", many("throw "))),
        ("emoji", many("\u{1F600}")),
        (
            "constant string growth",
            format!("\"{}\"{}", "a".repeat(1000), "+\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"".repeat(400)),
        ),
    ];
    for (name, body) in &sources {
        for source in
            [format!("fn s(text, depth) {{ {body} }}"), body.clone(), format!("fn s(text, depth) {{ true }}\n{body}")]
        {
            let start = busy();
            let compiled = compile("yes/no", &source);
            let took = busy() - start;
            assert!(took < 4 * LONGEST, "{name} took {took:?} to read");
            assert!(compiled.diagnostics.iter().all(|found| found.code == "R0124"), "{name}");
            let Some(policy) = compiled.policy else { continue };
            let start = busy();
            let (answer, outcome) = result(&policy, "x");
            let took = busy() - start;
            assert!(took < LONGEST, "{name} took {took:?} to run");
            assert!(answer.is_some() || outcome == Outcome::Approval, "{name}");
        }
    }
    let long = format!("fn s(text, depth) {{ true }}\n// {}", "a".repeat(20_000));
    assert_eq!(compile("yes/no", &long).diagnostics[0].code, "R0124");
    let functions: String = (0..100).map(|number| format!("fn f{number}() {{ true }}\n")).collect();
    assert_eq!(compile("yes/no", &format!("{functions}fn s(text, depth) {{ true }}")).diagnostics[0].code, "R0124");
}

#[test]
fn functions_of_the_same_name_shadow_nothing_that_protects() {
    // A script may define its own `sleep` or `replace`; what it gets is its own function.
    for (body, wanted) in [
        ("fn replace(a, b, c) { 7 }  fn s(text, depth) { replace(1, 2, 3) == 7 }", Some(Value::Yes(true))),
        ("fn len(x) { 99 }  fn s(text, depth) { len(5) == 99 }", Some(Value::Yes(true))),
        ("fn s(text) { true }  fn s(text, depth) { false }", Some(Value::Yes(false))),
        ("fn s(text, depth) { let text = false; text }", Some(Value::Yes(false))),
        ("const depth = 5; fn s(text, depth) { depth == 1.0 }", Some(Value::Yes(true))),
        ("const X = true; fn s(text, depth) { global::X }", None),
    ] {
        let compiled = compile("yes/no", body);
        let answer = compiled.policy.and_then(|policy| result(&policy, "x").0);
        assert_eq!(answer, wanted, "{body}");
    }
}

#[test]
fn scripts_are_pure() {
    let policy = script(
        "number 0..1",
        "let calls = 0;  fn helper(x) { let calls = 1; calls }\n\
         fn s(text, depth) { let m = #{}; for word in text.split(\" \") { m[word] = 1; } (m.len() + helper(1)) / 100.0 }",
    );
    let other = script("number 0..1", "fn s(text, depth) { let x = text; x.make_upper(); x.len() / 1000.0 }");
    let first = result(&policy, "one two three");
    assert_eq!(first.0, Some(Value::Number(40)));
    for _ in 0..200 {
        assert_eq!(result(&policy, "one two three"), first);
        assert_eq!(result(&other, "one two three").0, Some(Value::Number(13)));
        assert_eq!(result(&policy, "one").0, Some(Value::Number(20)));
    }
    // In many threads at once, beside one that overruns.
    let endless = script("yes/no", "fn s(text, depth) { loop { } }");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(result(&policy, "one two three"), first));
            scope.spawn(|| assert_eq!(result(&endless, "x").0, None));
        }
    });
    // A script sees its inputs and nothing else: facts beside them change nothing.
    let mut facts = quiet("a", 0.9);
    facts.yes("contact.new", true, Provenance::Observed).name("message.text", "zzz", Provenance::Observed);
    policy.run_scripts(&mut facts, Some("one two three"));
    assert_eq!(facts.value("script:s"), first.0.as_ref());
}

#[test]
fn a_small_budget_ends_a_script_that_a_large_one_lets_finish() {
    let body = "fn s(text, depth) { let n = 0; for i in 0..1000 { n += 1; } n == 1000 }";
    let with = |budget: u64| {
        let root = root("yes/no").replace("1000000 operations", &format!("{budget} operations"));
        remit_dsl::compile("root.remit", &texts(&[("root.remit", &root), ("s.rhai", body)])).policy.unwrap()
    };
    assert_eq!(result(&with(100), "x").0, None);
    assert_eq!(result(&with(100_000), "x").0, Some(Value::Yes(true)));
}

#[test]
fn scripts_that_reach_outside_do_not_compile() {
    let root = "remit 1\nscript s(draft.text) -> yes/no { file \"s.rhai\" budget 100 operations }";
    for body in [
        "fn s(text) { eval(\"true\") }",
        "fn s(text) { print(text); true }",
        "fn s(text) { debug(text); true }",
        "import \"x\" as x; fn s(text) { true }",
        "fn s(text) { unknown_variable }",
        "fn s(text) { ((((((((((((((((((((((((((((((((((((((((true)))))))))))))))))))))))))))))))))))))))) }",
        "fn s(text, more) { true }",
        "fn t(text) { true }",
        "fn s(text) {",
    ] {
        let compiled = remit_dsl::compile("root.remit", &texts(&[("root.remit", root), ("s.rhai", body)]));
        let codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["R0124"], "{body}");
        assert_eq!(compiled.diagnostics[0].severity, Severity::Error);
    }
}

#[test]
fn scripts_answer_with_the_declared_type() {
    let yes = script("yes/no", "fn s(text, depth) { text.contains(\"x\") || depth > 5 }");
    assert_eq!(result(&yes, "x"), (Some(Value::Yes(true)), Outcome::Approval));
    assert_eq!(result(&yes, "y"), (Some(Value::Yes(false)), Outcome::Send));
    let number = script("number 0..1", "fn s(text, depth) { text.len() / 10.0 }");
    assert_eq!(result(&number, "1234"), (Some(Value::Number(400)), Outcome::Send));
    assert_eq!(result(&number, "123456"), (Some(Value::Number(600)), Outcome::Approval));
    // Outside the declared range: failed.
    assert_eq!(result(&number, "12345678901"), (None, Outcome::Approval));
}

#[test]
fn a_script_about_the_draft_is_not_so_without_a_draft() {
    let policy = script("number 0..1", "fn s(text, depth) { 1.0 }");
    let mut facts = quiet("a", 0.9);
    facts.yes("draft.absent", true, Provenance::Observed);
    policy.run_scripts(&mut facts, None);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Send);
    // A missing input has failed, and so has the script.
    let mut facts = Facts { now_ms: 0, ..quiet("a", 0.9) };
    facts.failed("thread.depth", Provenance::Observed);
    policy.run_scripts(&mut facts, Some("text"));
    assert!(facts.values["script:s"].value.is_none());
    assert_eq!(policy.decide(&facts).outcome, Outcome::Approval);
}
