//! Addresses, proxies and limits.

use std::net::SocketAddr;

use ipnet::IpNet;
use url::Url;

use crate::secret::Secret;

/// Addresses, proxies and limits.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpConfig {
    /// Where it listens, and what it is called.
    #[command(flatten)]
    pub address: AddressConfig,

    /// Proxies whose X-Forwarded-For is believed, as networks: 10.0.0.0/8,127.0.0.1/32. Naming
    /// one also turns keep-alive on. Default: none.
    #[arg(long, alias = "trusted-proxy", env = "TRUSTED_PROXIES", value_name = "NETS",
          value_delimiter = ',', value_parser = parse_net)]
    pub trusted_proxies: Vec<IpNet>,

    /// Whether pings, sign-ins and searches are limited. `off` is for load tests only.
    #[arg(long, env = "RATE_LIMITS", value_enum, default_value = "on", value_name = "ON|OFF")]
    pub rate_limits: RateLimits,

    /// A token that lets others than this machine read /metrics (`Authorization: Bearer …`).
    #[arg(long, env = "METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true,
          value_parser = parse_secret)]
    pub metrics_token: Option<Secret<String>>,

    /// Threads that answer requests. Default: one for each core.
    #[arg(long, env = "WORKERS", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: Option<u16>,
}

/// Where it listens, and what it is called: the command line needs it as well, to print addresses.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "HTTP")]
pub struct AddressConfig {
    /// Address and port to listen on; port 0 picks a free one, named on the first line printed.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The address readers and bloggers use, as in `https://hubs.example.org`. All links and ping
    /// addresses are made from it. Default: the address that is listened on.
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", value_parser = parse_public_url)]
    pub public_url: Option<Url>,
}

/// Whether rate limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RateLimits {
    /// They hold.
    On,
    /// They do not: for load tests.
    Off,
}

fn parse_net(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = text.parse::<std::net::IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse()).map_err(|_unreadable| "write 10.0.0.0/8 or 127.0.0.1".to_owned())
}

pub(super) fn parse_secret(text: &str) -> Result<Secret<String>, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

fn parse_public_url(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("{error}; write https://hubs.example.org"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("write it with http:// or https:// and a host".into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("hubs live at the top of their host: leave out any path".into());
    }
    Ok(url)
}
