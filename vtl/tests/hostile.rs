//! Templates that try to get out, to stay forever or to eat memory: they see nothing, and they end.
#![allow(unsafe_code)] // an allocator that counts

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

use ringway_vtl::{Env, Map, Options, Template, Value};

/// Bytes that one rendering may hold at once, its output included.
const HELD_BYTES_MAX: usize = 4 * 1024 * 1024;

thread_local! {
    /// Bytes that this thread holds, and the most it held since the last look.
    static HELD: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Counts what each thread holds: the tests of this file run beside each other.
struct Counting;

impl Counting {
    fn hold(change: impl Fn(usize) -> usize) {
        // A thread that ends frees what it has left when its counter is gone.
        let _ = HELD.try_with(|held| {
            let (now, most) = held.get();
            let now = change(now);
            held.set((now, most.max(now)));
        });
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::hold(|now| now + layout.size());
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::hold(|now| now.saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::hold(|now| (now + size).saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Nothing;

impl Env for Nothing {
    fn root(&mut self, name: &str) -> Value {
        match name {
            "x" => Value::text("text"),
            "m" => Map::from_iter([("k", 1)]).into(),
            _ => Value::Null,
        }
    }
}

/// Debug builds are about ten times slower, and the machine of a test has other work.
fn time_max() -> Duration {
    Duration::from_millis(if cfg!(debug_assertions) { 1_500 } else { 50 })
}

fn deep(open: &str, close: &str, times: usize) -> String {
    open.repeat(times) + &close.repeat(times)
}

/// Renders, and says what came out: the text, or the message.
fn bounded(source: &str) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "the time is what this test looks at")]
    let start = Instant::now();
    let template = Template::parse(source).map_err(|error| error.to_string())?;
    let before = HELD.get().0;
    HELD.set((before, before));
    let mut out = String::new();
    let outcome = template.render(&mut Nothing, &Options::default(), &mut out);
    let held = HELD.get().1 - before;
    assert!(held <= HELD_BYTES_MAX, "{held} bytes for {source:.200}");
    let taken = start.elapsed();
    assert!(taken < time_max(), "{taken:?} for {source:.200}");
    assert!(out.len() <= ringway_vtl::limits::OUTPUT_BYTES_MAX, "{} bytes", out.len());
    outcome.map_err(|error| error.to_string()).map(|()| out)
}

#[test]
fn templates_that_go_on_end() {
    let loops = "#foreach($i in [1..1000])";
    let nested = |body: &str| format!("{loops}{loops}{loops}{body}#end#end#end");
    for source in [
        nested(""),
        nested("x"),
        nested("$x.replaceAll('[a-z]', 'xx')"),
        nested("$x.matches('(x+x+)+y')"),
        nested("#set($l = [$l, $l])"),
        nested("#set($l = [$l])"),
        nested("$!m.put($i, $m)"),
        nested("#set($s = \"$s$s$x\")"),
        nested("#evaluate('$x')"),
        nested("#define($d)$x#end$d"),
        format!("#set($l = [])#set($r = 1){}", nested("$!l.add($l)")),
        format!("#set($s = 'aaaaaaaa'){loops}#set($s = $s + $s)#end$s"),
        format!("#set($s = 'aaaaaaaa'){loops}#set($s = $s.replace('a', 'aaaaaaaaaaaaaaaa'))#end"),
        format!("#set($s = 'aaaaaaaa'){loops}#set($s = $s.replaceAll('a', 'aaaaaaaaaa'))#end"),
        format!("#set($s = 'aaaaaaaa'){loops}#set($s = $s.concat($s))#end"),
        format!("#set($s = 'aaaaaaaa'){loops}#set($s = $s.format('%s%s%s', $s, $s, $s))#end"),
        format!("#set($s = 'aaaaaaaa'){loops}$s.repeat(2147483647)#end"),
        format!("#set($l = ['a']){loops}#set($l = [$l, $l])#end$l"),
        format!("#set($l = ['a']){loops}#set($l = [$l, $l])#end#if($l == $l.clone())x#end"),
        format!(
            "#set($l = []){loops}#set($l = [$l])#end#set($k = []){loops}#set($k = [$k])#end\
                 #if($l == $k)x#end$l.hashCode()$l.contains($k)"
        ),
        format!("#set($l = [1]){loops}$!l.addAll($l)#end$l.size()"),
        format!("#set($n = {{}}){loops}#set($n = {{$n: $n}})#end$n"),
        format!("{loops}#set($foreach.before = $old)#set($old = $foreach)#end"),
        format!("{loops}{loops}#set($foreach.before = $old)#set($old = $foreach)#end#end"),
        "#set($l = [1..2147483647])".to_owned(),
        "#set($l = [-2147483648..2147483647])".to_owned(),
        "#set($m.m = $m)#set($m.l = [$m, [$m]])$m".to_owned(),
        "#set($m.m = $m)$m.hashCode()#if($m == {'k': 1, 'm': {}})x#end".to_owned(),
        format!("#set($m.m = $m)$m{}", ".m".repeat(50_000)),
        format!("#set($m.m = $m)#set($y = $m{})", ".m".repeat(50_000)),
        "#macro(m)#m()#m()#end#m()".to_owned(),
        "#macro(m $a)#m(\"$a$a\")#end#m('aaaa')".to_owned(),
        "#macro(m $a)#m(\"$a$a$a$a\")$a#end#m('aaaa')".to_owned(),
        "#define($d)$d$d$d#end$d$d$d".to_owned(),
        "#define($a)$b$b#end#define($b)$a$a#end$a".to_owned(),
        "#set($e = '#evaluate($e)#evaluate($e)')#evaluate($e)".to_owned(),
        "#set($q = \"$q#evaluate('$q')\")".to_owned(),
        "$x.format('%999999999d', 1)".to_owned(),
        "$x.format('%.999999999f', 1.5)".to_owned(),
        "$x.replaceAll('(((((x{100}){100}){100}){100}){100})', '')".to_owned(),
        "$x.matches('(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x\\1\\2\\3')".to_owned(),
        format!("$x.matches('{}')", "(a?)".repeat(250)),
        format!("$x.matches('{}')", deep("(", ")", 500)),
        format!("#set($s = {:?}) $s.matches('(a|a)*b\\1')", "a".repeat(200)),
        format!("#set($s = {:?}) $s.replaceAll('(?=(a+)+b)', 'x')", "a".repeat(2000)),
    ] {
        let _ = bounded(&source);
    }
}

#[test]
fn templates_that_are_hard_to_read_are_read_or_refused() {
    for source in [
        deep("#if($x)", "#end", 5_000),
        deep("#foreach($i in [1])", "#end", 5_000),
        format!("#set($x = {})", deep("(", ")", 5_000)),
        format!("#set($x = {})", deep("[", "]", 5_000)),
        format!("#set($x = {}1)", "!".repeat(50_000)),
        format!("#set($x = 1{})", " + 1".repeat(50_000)),
        format!("#set($x = 1{})", " || 1".repeat(50_000)),
        format!("$x{}", ".a".repeat(50_000)),
        format!("$x{}", ".toString()".repeat(20_000)),
        format!("$x{}", "[0]".repeat(50_000)),
        format!("$x{}$x{}", ".concat($x".repeat(5_000), ")".repeat(5_000)),
        "\\".repeat(200_000),
        format!("#*{}", "\\".repeat(200_000)),
        format!("#[[{}", "$".repeat(200_000)),
        "$".repeat(200_000),
        "#".repeat(200_000),
        "#set(".repeat(50_000),
        "\"".repeat(100_000),
        format!("#set($s = {})", "\"".repeat(100_001)),
        "$x.".repeat(60_000),
        "${".repeat(100_000),
        "x".repeat(400_000),
    ] {
        let _ = bounded(&source);
    }
}

#[test]
fn nothing_but_values_is_reached() {
    let objects = ["$x", "$m", "$m.keySet()", "[]", "{}", "$m.k", "$foreach", "$undefined", "true"];
    let ways = [
        "class",
        "getClass()",
        "class.classLoader",
        "getClass().forName('java.lang.Runtime')",
        "class.forName('java.lang.Runtime').getRuntime().exec('id')",
        "getClass().getName()",
        "class.protectionDomain",
        "class.getResource('/')",
        "getClass().getMethods()[0]",
        "class.newInstance()",
        "getClass().getDeclaredFields()",
        "class.package.name",
        "getBytes()",
        "wait()",
        "wait(1000)",
        "notify()",
        "notifyAll()",
        "finalize()",
        "clone()",
        "getDeclaringClass()",
        "getModule()",
        "constructor",
        "prototype",
        "__proto__",
        "__class__",
        "chars()",
        "codePoints()",
        "lines()",
        "stream().map(1)",
        "forEach(1)",
        "invoke(1)",
        "owner",
        "stop()",
        "storage",
        "info.template",
    ];
    let mut tried = 0;
    for object in objects {
        for way in ways {
            for source in [
                format!("#set($o = {object})$o.{way}"),
                format!("#foreach($i in [1])#set($o = {object})$!o.{way}#end"),
            ] {
                let shown = bounded(&source).unwrap_or_default();
                for trace in ["java", "class ", "Runtime", "uid=", "@0x", "Loader", "file:"] {
                    let leaked = shown.replace(way, "").contains(trace);
                    assert!(!leaked, "{source} shows {shown}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried >= 300, "only {tried} payloads");
}

#[test]
fn an_error_says_where() {
    for (source, line, column, reference, value_type) in [
        ("a\n  $x.substring(9)", 2, 3, "$x.substring(9)", "String"),
        ("$m.keySet().add(1)", 1, 1, "$m.keySet().add(1)", "Set"),
        ("#if($x)\n#set($y = $x.charAt(7))#end", 2, 11, "$x.charAt(7)", "String"),
        ("#parse('a')", 1, 1, "", ""),
    ] {
        let template = Template::parse(source).unwrap();
        let error =
            template.render(&mut Nothing, &Options::default(), &mut String::new()).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{source}: {error}");
        assert_eq!((&*error.reference, error.value_type), (reference, value_type), "{source}");
    }
    for (source, line, column) in
        [("a\n#if($x)", 2, 8), ("é$x.y(1 2)", 1, 9), ("#end", 1, 1), ("\n\n#macro()a#end", 3, 1)]
    {
        let error = Template::parse(source).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{source}: {error}");
    }
}
