//! Other WebSub hubs that are told when a feed changes.

use url::Url;

/// Other WebSub hubs that are told when a feed changes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "WebSub")]
pub struct WebsubConfig {
    /// Other WebSub hubs that are told when a public feed changes, and that feeds name beside our
    /// own: `https://hub.example.org/`, separated by commas. Default: none.
    #[arg(long, env = "WEBSUB_HUBS", value_name = "URLS", value_delimiter = ',',
          value_parser = parse_hub)]
    pub websub_hubs: Vec<Url>,
}

fn parse_hub(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim())
        .map_err(|error| format!("{error}; write https://hub.example.org/"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("write it with http:// or https:// and a host".into());
    }
    Ok(url)
}
