//! Every bound of parsing and rendering. The constants are the defaults of [`Limits`].

// --- The template language -------------------------------------------------------------------

/// Bytes of a template; AWS allows 300 KB for a mapping template.
pub const TEMPLATE_BYTES_MAX: usize = 300 * 1024;
/// Blocks, parentheses, lists and calls inside each other in a template.
pub const PARSE_DEPTH_MAX: usize = 64;
/// Turns of one `#foreach`; the loop ends there without an error, as Velocity's `maxloops` does.
pub const FOREACH_TURNS_MAX: u32 = 1_000;
/// Macros, blocks, `#evaluate` and loops running inside each other.
pub const CALL_DEPTH_MAX: usize = 100;
/// Macros running inside each other: Velocity's `velocimacro.max.depth`.
pub const MACRO_DEPTH_MAX: usize = 20;
/// Renderings of one `#define` block inside itself: Velocity's `directive.define.max.depth`.
pub const DEFINE_DEPTH_MAX: u32 = 2;
/// Maps and lists inside each other, in a printed value.
pub const PRINT_DEPTH_MAX: usize = 128;
/// Maps and lists inside each other that are freed by recursion; those further down one by one.
pub const DROP_DEPTH_MAX: usize = 32;
/// Bytes a rendering may write.
pub const OUTPUT_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of texts, lists and maps a rendering may make, in total.
pub const MADE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Steps of a rendering: one for a node or a call, and one for every [`BYTES_PER_STEP`] bytes.
pub const FUEL_STEPS_MAX: u64 = 500_000;
/// Bytes read or written that cost one step.
pub const BYTES_PER_STEP: usize = 64;
/// Bytes of a regular expression.
pub const PATTERN_BYTES_MAX: usize = 1024;
/// Bytes of a compiled regular expression.
pub const PATTERN_COMPILED_BYTES_MAX: usize = 256 * 1024;
/// Steps back of one search with a regular expression.
pub const PATTERN_BACKTRACKS_MAX: usize = 20_000;
/// Characters a single width or precision of `format` may ask for.
pub const FORMAT_WIDTH_MAX: usize = 1_000;

/// The bounds of one rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// See [`FOREACH_TURNS_MAX`].
    pub foreach_turns_max: u32,
    /// See [`CALL_DEPTH_MAX`].
    pub call_depth_max: usize,
    /// See [`OUTPUT_BYTES_MAX`].
    pub output_bytes_max: usize,
    /// See [`MADE_BYTES_MAX`].
    pub made_bytes_max: usize,
    /// See [`FUEL_STEPS_MAX`].
    pub fuel_steps_max: u64,
}

impl Limits {
    /// The defaults, with room in proportion for an input of `bytes`: a template may write and copy
    /// what it was given a few times.
    pub fn for_input(bytes: usize) -> Self {
        let defaults = Self::default();
        Self {
            output_bytes_max: defaults.output_bytes_max + 4 * bytes,
            made_bytes_max: defaults.made_bytes_max + 8 * bytes,
            fuel_steps_max: defaults.fuel_steps_max + bytes as u64,
            ..defaults
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            foreach_turns_max: FOREACH_TURNS_MAX,
            call_depth_max: CALL_DEPTH_MAX,
            output_bytes_max: OUTPUT_BYTES_MAX,
            made_bytes_max: MADE_BYTES_MAX,
            fuel_steps_max: FUEL_STEPS_MAX,
        }
    }
}
