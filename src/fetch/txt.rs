//! Text records of a name, asked for in the DNS (RFC 1035). The machine's own resolver answers for
//! addresses alone, so this asks the name servers that it would ask.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::secret::random_bytes;

/// How long one server has for one answer.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// The most servers that are asked.
const SERVERS: usize = 3;
/// The most records that are looked at, and the most steps of one name.
const MOST: usize = 100;

const TXT: u16 = 16;
const OPT: u16 = 41;
const INTERNET: u16 = 1;
/// The largest answer that is taken without a connection (as resolvers agreed in 2020).
const LARGEST: u16 = 1_232;

/// Why there is no answer.
fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// The name servers that this machine asks.
pub(super) async fn servers() -> Vec<SocketAddr> {
    let file = tokio::fs::read_to_string("/etc/resolv.conf").await.unwrap_or_default();
    let named = file.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    let mut servers: Vec<SocketAddr> = named
        .filter_map(|address| address.trim().parse::<IpAddr>().ok())
        .map(|ip| SocketAddr::new(ip, 53))
        .take(SERVERS)
        .collect();
    if servers.is_empty() {
        // What resolvers do where nothing is set (resolv.conf(5)).
        servers.push((Ipv4Addr::LOCALHOST, 53).into());
    }
    servers
}

/// The texts of a name, as the first of these servers that answers says: none where there is no
/// such name, or it has no text.
pub(super) async fn ask(servers: &[SocketAddr], name: &str) -> io::Result<Vec<String>> {
    let mut failed = broken("there is no name server");
    for server in servers {
        match ask_one(*server, name).await {
            Ok(texts) => return Ok(texts),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

async fn ask_one(server: SocketAddr, name: &str) -> io::Result<Vec<String>> {
    let question = Question::of(name)?;
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let short = timeout(PATIENCE, by_datagram(server, &question)).await.map_err(late)??;
    if let Some(texts) = question.read(&short)? {
        return Ok(texts);
    }
    // Cut off: the whole answer needs a connection (RFC 7766).
    let whole = timeout(PATIENCE, by_connection(server, &question)).await.map_err(late)??;
    question.read(&whole)?.ok_or_else(|| broken("the answer is cut off"))
}

async fn by_datagram(server: SocketAddr, question: &Question) -> io::Result<Vec<u8>> {
    let here: IpAddr = if server.is_ipv4() { [0; 4].into() } else { [0_u16; 8].into() };
    let socket = UdpSocket::bind((here, 0)).await?;
    socket.connect(server).await?;
    socket.send(&question.bytes).await?;
    let mut answer = vec![0; 4_096];
    loop {
        let length = socket.recv(&mut answer).await?;
        // Anybody can send a datagram: what is no answer to this question is not looked at.
        if question.is_answered_by(&answer[..length]) {
            answer.truncate(length);
            return Ok(answer);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that dials out")]
async fn by_connection(server: SocketAddr, question: &Question) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), question.bytes.as_slice()].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    match question.is_answered_by(&answer) {
        true => Ok(answer),
        false => Err(broken("another question was answered")),
    }
}

/// A question, as it is sent.
struct Question {
    bytes: Vec<u8>,
    /// Where the name, type and class end: all before it comes back as it was.
    end: usize,
}

impl Question {
    fn of(name: &str) -> io::Result<Self> {
        let mut bytes = random_bytes::<2>().to_vec();
        // A question, for which more may be asked; one question, no answer, one addition.
        bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
        for label in name.split('.') {
            let length = u8::try_from(label.len()).ok().filter(|n| (1..=63).contains(n));
            bytes.push(length.ok_or_else(|| broken("no such name can be"))?);
            bytes.extend(label.as_bytes());
        }
        bytes.push(0);
        bytes.extend([TXT.to_be_bytes(), INTERNET.to_be_bytes()].concat());
        let end = bytes.len();
        // How large an answer may be (RFC 6891).
        bytes.extend([&[0][..], &OPT.to_be_bytes(), &LARGEST.to_be_bytes(), &[0; 6]].concat());
        Ok(Self { bytes, end })
    }

    /// Whether these bytes answer this question: its number, and itself.
    fn is_answered_by(&self, answer: &[u8]) -> bool {
        let asked = &self.bytes[12..self.end];
        answer.len() >= self.end
            && answer[..2] == self.bytes[..2]
            && answer[2] & 0x80 != 0
            && answer[12..self.end].eq_ignore_ascii_case(asked)
    }

    /// The texts in an answer to it; `None` where it is cut off.
    fn read(&self, answer: &[u8]) -> io::Result<Option<Vec<String>>> {
        if answer[2] & 0x02 != 0 {
            return Ok(None);
        }
        match answer[3] & 0x0f {
            0 => {}
            // There is no such name.
            3 => return Ok(Some(Vec::new())),
            _ => return Err(broken("the name server failed")),
        }
        let count = usize::from(u16::from_be_bytes([answer[6], answer[7]]));
        let mut rest = &answer[self.end..];
        let mut texts = Vec::new();
        for _ in 0..count.min(MOST) {
            let (kind, data, after) = record(rest).ok_or_else(|| broken("no record"))?;
            if kind == TXT {
                texts.push(text(data));
            }
            rest = after;
        }
        Ok(Some(texts))
    }
}

/// A record: its type, its data, and what follows.
fn record(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let mut rest = bytes;
    for _ in 0..MOST {
        match *rest.first()? {
            0 => {
                rest = rest.get(1..)?;
                break;
            }
            // The end of the name stands elsewhere in the answer.
            length if length & 0xc0 == 0xc0 => {
                rest = rest.get(2..)?;
                break;
            }
            length => rest = rest.get(usize::from(length) + 1..)?,
        }
    }
    let kind = u16::from_be_bytes([*rest.first()?, *rest.get(1)?]);
    let length = usize::from(u16::from_be_bytes([*rest.get(8)?, *rest.get(9)?]));
    Some((kind, rest.get(10..10 + length)?, rest.get(10 + length..)?))
}

/// The text of a record: its pieces, of at most 255 bytes each, are one.
fn text(mut data: &[u8]) -> String {
    let mut text = Vec::new();
    while let Some((length, rest)) = data.split_first() {
        let length = usize::from(*length).min(rest.len());
        text.extend_from_slice(&rest[..length]);
        data = &rest[length..];
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer to a question: these records, each of a type with its data.
    fn answer(question: &Question, flags: [u8; 2], records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question.bytes[..question.end].to_vec();
        bytes[2..4].copy_from_slice(&flags);
        bytes[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        for (kind, data) in records {
            bytes.extend([0xc0, 12]);
            bytes.extend([kind.to_be_bytes(), INTERNET.to_be_bytes()].concat());
            bytes.extend(60_u32.to_be_bytes());
            bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn the_texts_of_an_answer_are_read() {
        let question = Question::of("_backchannel.talks.example").unwrap();
        let records: [(u16, &[u8]); 3] =
            [(5, b"\x05other\x00"), (TXT, b"\x03one\x04 two"), (TXT, b"\x05three")];
        let found = answer(&question, [0x81, 0x80], &records);
        assert!(question.is_answered_by(&found));
        assert_eq!(question.read(&found).unwrap().unwrap(), ["one two", "three"]);
        let none = answer(&question, [0x81, 0x83], &[]);
        assert_eq!(question.read(&none).unwrap().unwrap(), Vec::<String>::new());
        assert!(question.read(&answer(&question, [0x83, 0x80], &[])).unwrap().is_none());
        assert!(question.read(&answer(&question, [0x81, 0x82], &[])).is_err());
    }

    #[test]
    fn what_is_no_answer_breaks_nothing() {
        let question = Question::of("_backchannel.talks.example").unwrap();
        let other = Question::of("_backchannel.walks.example").unwrap();
        assert!(!question.is_answered_by(&answer(&other, [0x81, 0x80], &[])));
        assert!(!question.is_answered_by(&question.bytes));
        assert!(!question.is_answered_by(b""));
        let whole = answer(&question, [0x81, 0x80], &[(TXT, b"\x05three")]);
        for end in question.end..whole.len() {
            assert!(question.read(&whole[..end]).is_err(), "{end}");
        }
        assert_eq!(text(b"\xffshort"), "short");
        assert!(Question::of("a..b").is_err() && Question::of(&"a".repeat(64)).is_err());
    }

    #[tokio::test]
    async fn a_server_that_cuts_off_is_asked_by_a_connection() {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = udp.local_addr().unwrap();
        let tcp = tokio::net::TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            let mut asked = [0; 512];
            let (length, from) = udp.recv_from(&mut asked).await.unwrap();
            let mut cut = asked[..length - 11].to_vec();
            cut[2] = 0x83;
            cut[11] = 0;
            udp.send_to(b"noise", from).await.unwrap();
            udp.send_to(&cut, from).await.unwrap();
            let (mut stream, _) = tcp.accept().await.unwrap();
            let mut asked = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut asked).await.unwrap();
            let end = asked.len() - 11;
            let whole = answer(&Question { bytes: asked, end }, [0x81, 0x80], &[(TXT, b"\x02ok")]);
            stream.write_u16(u16::try_from(whole.len()).unwrap()).await.unwrap();
            stream.write_all(&whole).await.unwrap();
        });
        assert_eq!(ask(&[address], "_backchannel.talks.example").await.unwrap(), ["ok"]);
    }
}
