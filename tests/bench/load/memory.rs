//! Memory of the real binary at rest.

use std::net::SocketAddr;

use anyhow::{Context, ensure};

use crate::binary::{Server, resident};
use crate::table::{Table, verdict};
use crate::visitor::{Answer, ask};

/// The most that it may take at rest, in MiB.
const AT_REST: f64 = 40.0;

/// Resident memory at two moments.
pub fn measure() -> anyhow::Result<Table> {
    let data = tempfile::tempdir()?;
    let server = Server::start(data.path(), &[])?;
    let page = ask(server.address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    ensure!(page.status == 200, "{page:?}");
    let at_rest = resident(server.id())?;
    sign_in(server.address)?;
    let after_sign_in = resident(server.id())?;
    let mut table = Table::new(&["memory at rest", "MiB", "target", ""]);
    for (moment, mib) in [("after its first page", at_rest), ("after one sign-in", after_sign_in)] {
        let judged = [format!("{AT_REST}"), verdict(mib <= AT_REST)];
        table.row([moment.to_owned(), format!("{mib:.1}")].into_iter().chain(judged));
    }
    Ok(table)
}

/// A sign-in that fails, after a password was hashed.
fn sign_in(address: SocketAddr) -> anyhow::Result<()> {
    let form = ask(address, b"GET /signin HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let cookie = form.header("set-cookie")?.split(';').next().unwrap_or_default().to_owned();
    let token = csrf(&form).with_context(|| format!("no token in {}", form.text()))?;
    let body = format!("csrf={token}&email=nobody%40example.org&password=whatever+it+may+be&next=");
    let request = format!(
        "POST /signin HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(address, request.as_bytes())?;
    ensure!(answer.status == 422, "{answer:?}");
    ensure!(answer.text().contains("do not go together"), "{}", answer.text());
    Ok(())
}

fn csrf(form: &Answer) -> Option<String> {
    let text = form.text();
    let (_, after) = text.split_once("name=\"csrf\"")?;
    let (_, value) = after.split_once("value=\"")?;
    value.split('"').next().map(str::to_owned)
}
