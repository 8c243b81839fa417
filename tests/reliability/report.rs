//! What was seen, as tables, and as `tests/RELIABILITY.md`.

use std::any::Any;
use std::fmt;
use std::process::{Command, ExitCode};
use std::time::Duration;

use backchannel::clock::Clock;

use super::Check;
use super::world::On;

/// Which table a check stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Nothing is lost.
    Crash,
    /// What is around it fails.
    Faults,
    /// Several instances.
    Machines,
}

impl Table {
    const ALL: [Self; 3] = [Self::Crash, Self::Faults, Self::Machines];

    /// What it is called by on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Faults => "faults",
            Self::Machines => "machines",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Crash => "Nothing that was answered is lost",
            Self::Faults => "What is around it fails",
            Self::Machines => "Several instances on one PostgreSQL",
        }
    }
}

/// A check that was made.
pub struct Made {
    /// Which.
    pub check: &'static Check,
    /// On which database.
    pub on: On,
    /// What was seen, or why it failed.
    pub figures: Result<String, String>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, what, on) = (self.check.id, self.check.what, self.on.name());
        let control = if self.check.is_control { "control: " } else { "" };
        let (mark, said) = match &self.figures {
            Ok(figures) => ("ok", figures),
            Err(why) => ("FAILED", why),
        };
        let took = self.took.as_secs_f64();
        write!(f, "{mark} {id} {control}{what}, {on} ({took:.1} s)\n   {said}")
    }
}

/// Everything that was seen in one run.
pub struct Report {
    heading: String,
    made: Vec<Made>,
}

impl Report {
    /// Nothing seen yet.
    pub fn new(is_long: bool) -> Self {
        let minute = Clock::system().now().to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string();
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let form = if is_long { "long" } else { "short" };
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        let heading = format!(
            "{minute}; {cores} cores, Linux {}; databases on {}; commit {}; {build} build; the {form} form",
            kernel.trim(),
            file_system(),
            commit()
        );
        Self { heading, made: Vec::new() }
    }

    /// Adds a line.
    pub fn add(&mut self, made: Made) {
        self.made.push(made);
    }

    /// Success where every check held, and every control failed.
    pub fn exit_code(&self) -> ExitCode {
        let failed = self.made.iter().filter(|made| made.figures.is_err()).count();
        println!("{} made, {failed} failed", self.made.len());
        ExitCode::from(u8::from(failed > 0))
    }

    /// Writes the page that is published: the words stand in `promises.md`.
    pub fn write(&self) {
        let page = include_str!("promises.md").replace("{{tables}}", self.to_string().trim());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/RELIABILITY.md");
        std::fs::write(path, page).unwrap();
        println!("written: tests/RELIABILITY.md");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.heading)?;
        for table in Table::ALL {
            let mut rows = self.made.iter().filter(|made| made.check.table == table).peekable();
            if rows.peek().is_none() {
                continue;
            }
            writeln!(
                f,
                "\n### {}\n\n| | what is done | on | what was seen |\n|---|---|---|---|",
                table.title()
            )?;
            for made in rows {
                let control = if made.check.is_control { "control, must fail: " } else { "" };
                let seen = match &made.figures {
                    Ok(figures) => figures.clone(),
                    Err(why) => format!("**FAILED**: {}", why.replace(['\n', '|'], " ")),
                };
                writeln!(
                    f,
                    "| {} | {control}{} | {} | {seen} |",
                    made.check.id,
                    made.check.what,
                    made.on.name()
                )?;
            }
        }
        Ok(())
    }
}

/// What a panic said.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// What lies under the databases: a sync costs nothing in memory.
fn file_system() -> String {
    let stat = Command::new("stat")
        .args(["--file-system", "--format=%T"])
        .arg(std::env::temp_dir())
        .output();
    let name = stat.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    name.map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty", "--exclude=*"])
        .output();
    let commit = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    commit.map_or_else(|| "unknown".to_owned(), |commit| commit.trim().to_owned())
}
