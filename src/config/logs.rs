//! What is logged, to standard error.

/// What is logged, to standard error.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Logs")]
pub struct LogsConfig {
    /// Lines for people, or one JSON object a line for machines.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value = "text", value_name = "TEXT|JSON")]
    pub log_format: LogFormat,

    /// What is logged, in `tracing`'s terms: `info`, `debug` (also each page that was read), or
    /// `backchannel=debug,warn`.
    #[arg(long, env = "LOG", default_value = "info", value_name = "FILTER",
          value_parser = parse_filter)]
    pub log: String,
}

fn parse_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| format!("{error}; write info, debug or backchannel=debug,warn"))
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
