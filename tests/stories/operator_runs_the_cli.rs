//! The program itself, as operators and scripts run it: real processes, real signals.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::process::{backchannel, databases, ok, run, secret_file, serve};
use crate::harness::{Browser, Database, PASSWORD};

#[tokio::test]
async fn a_hub_is_opened_pinged_and_read_from_the_command_line() {
    for database in databases() {
        let password = secret_file(&database, "password", PASSWORD);
        let passphrase = secret_file(&database, "passphrase", "Violet Crown");
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        let twice =
            run(&database, &["account", "add", "ada@example.org", "--password-file", &password]);
        assert_eq!(twice.status.code(), Some(1));
        assert!(
            String::from_utf8_lossy(&twice.stderr).contains("There is an account"),
            "{twice:?}"
        );

        let hub =
            ["hub", "add", "sxsw", "--title", "SXSW 2003", "--owner", "ada@example.org", "--json"];
        assert!(ok(&run(&database, &hub)).contains("\"page\":\"http://127.0.0.1:8080/sxsw\""));
        let category = [
            "category",
            "add",
            "sxsw/keynotes",
            "--title",
            "Keynotes",
            "--ping",
            "passphrase",
            "--listing",
            "at-once",
            "--passphrase-file",
            &passphrase,
            "--json",
        ];
        let added: serde_json::Value =
            serde_json::from_str(&ok(&run(&database, &category))).unwrap();
        let number = added["number"].as_i64().unwrap();
        assert_eq!(added["ping"], format!("http://127.0.0.1:8080/tb/{number}"));
        assert_eq!(added["page"], "http://127.0.0.1:8080/sxsw/keynotes");
        assert!(
            ok(&run(&database, &["category", "list", "sxsw"]))
                .contains("policy  passphrase, at-once, 0 listed")
        );
        assert!(ok(&run(&database, &["hub", "list"])).starts_with("sxsw\tSXSW 2003\topen"));
        let named = run(&database, &["hub", "name", "sxsw", "Talks.Example"]);
        assert_eq!(ok(&named), "http://talks.example:8080\n");
        assert!(ok(&run(&database, &["hub", "list"])).contains("http://talks.example:8080"));
        let night = ["hub", "add", "night", "--title", "Night", "--owner", "ada@example.org"];
        ok(&run(&database, &night));
        let taken = run(&database, &["hub", "name", "night", "talks.example"]);
        assert!(String::from_utf8_lossy(&taken.stderr).contains("sxsw has this name"), "{taken:?}");
        ok(&run(&database, &["hub", "remove", "night", "--confirm", "night"]));
        let refused = run(&database, &["hub", "name", "sxsw", "localhost"]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let back = run(&database, &["hub", "name", "sxsw", "--none"]);
        assert_eq!(ok(&back), "http://127.0.0.1:8080/sxsw\n");
        assert!(ok(&run(&database, &["account", "list"])).contains("ada@example.org"));
        assert!(ok(&run(&database, &["account", "reset", "ada@example.org"])).contains("/reset/"));
        assert!(ok(&run(&database, &["doctor"])).contains("All is well."));
        assert!(ok(&run(&database, &["migrate", "--list"])).contains("done"));

        let mut server = serve(&database, &[], 2);
        assert!(
            server.lines[1].contains("/signup/"),
            "there is no operator yet: {:?}",
            server.lines
        );
        let ping = |address: &str, url: &str| {
            run(
                &database,
                &[
                    "ping",
                    address,
                    "--url",
                    url,
                    "--title",
                    "One",
                    "--excerpt",
                    "x",
                    "--blog-name",
                    "Ada",
                ],
            )
        };
        let right = format!("{}/tb/{number}/violet-crown", server.base);
        let sent = ok(&ping(&right, "http://ada.example/1"));
        assert!(sent.starts_with("taken in\nreceipt http"), "{sent}");
        let wrong = ping(&format!("{}/tb/{number}/wrong-one", server.base), "http://ada.example/2");
        assert_eq!(wrong.status.code(), Some(1));
        assert!(
            String::from_utf8_lossy(&wrong.stdout)
                .starts_with("refused: This TrackBack item is protected")
        );
        assert_eq!(
            ping(&format!("{}/help", server.base), "http://ada.example/3").status.code(),
            Some(3)
        );
        assert_eq!(ping("http://127.0.0.1:1/", "http://ada.example/4").status.code(), Some(4));
        let mut reader = Browser::new(&server.base);
        reader.open("/sxsw").await.says("One");

        // What the command line changes is seen by the running server within a second or two.
        ok(&run(
            &database,
            &[
                "category",
                "add",
                "sxsw/music",
                "--title",
                "Music",
                "--ping",
                "open",
                "--listing",
                "all-wait",
            ],
        ));
        for _ in 0..5_000 {
            if reader.open("/sxsw").await.body.contains("Music") {
                break;
            }
        }
        reader.open("/sxsw").await.says("Music");

        assert_eq!(server.signal("-TERM"), 0, "stopped in order");
        let log = std::fs::read_to_string(database.data.path().join("log")).unwrap();
        assert!(log.contains("stopped"), "{log}");
        for secret in ["violet-crown", PASSWORD, "a key for stories"] {
            assert!(!log.to_lowercase().contains(secret), "{secret} is in the log:\n{log}");
        }
        let owner = run(&database, &["account", "remove", "ada@example.org"]);
        assert_eq!(owner.status.code(), Some(1), "the only owner of a hub stays");
        assert_eq!(
            run(&database, &["hub", "remove", "sxsw", "--confirm", "nope"]).status.code(),
            Some(1)
        );
        ok(&run(&database, &["hub", "remove", "sxsw", "--confirm", "sxsw"]));
        ok(&run(&database, &["account", "remove", "ada@example.org"]));
    }
}

#[tokio::test]
async fn a_stop_loses_nothing_that_was_under_way() {
    for database in databases() {
        let mut server = serve(&database, &["--demo"], 3);
        let mut reader = Browser::new(&server.base);
        // Posts in several languages, some of them written from right to left.
        for (language, title) in [
            ("pt", "Perdi o último comboio"),
            ("ar", "عشر سنوات"),
            ("es", "Visitar"),
            ("ja", "扉の話"),
        ] {
            reader.open(&format!("/longpier?lang={language}")).await.says(title);
        }
        let page = reader.open("/longpier/hallway").await;
        let ping_url = page.attributes("link[rel=trackback]", "href").remove(0);
        let address = server.base.strip_prefix("http://").unwrap().to_owned();
        let path = ping_url.strip_prefix(&server.base).unwrap();
        let body = "url=http://last.example/minute&title=Last+minute";
        let mut socket = TcpStream::connect(&address).unwrap();
        write!(
            socket,
            "POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len(),
        )
        .unwrap();
        // "100 Continue" says that the request is under way. Then the server is told to stop, and
        // when it takes no more connections, the body arrives.
        let mut answers = BufReader::new(socket.try_clone().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(line.contains("100 Continue"), "{line}");
        let pid = server.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        while TcpStream::connect(&address).is_ok() {}
        socket.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut answers, &mut answer).unwrap();
        assert!(answer.contains("<error>0</error>"), "{answer}");
        assert_eq!(server.child.wait().unwrap().code(), Some(0));

        let again = serve(&database, &["--demo"], 2);
        let mut reader = Browser::new(&again.base);
        reader
            .open("/longpier/hallway/add?post=http://last.example/minute")
            .await
            .says("It is waiting");
    }
}

#[tokio::test]
async fn no_passphrase_or_token_reaches_the_log_even_at_its_most_talkative() {
    let database = Database::sqlite();
    let mut server = serve(&database, &["--demo", "--log", "debug", "--log-format", "json"], 3);
    let mut reader = Browser::new(&server.base);
    let page = reader.open("/longpier/craft").await;
    let ping_url = page.attributes("link[rel=trackback]", "href").remove(0);
    let secret = "canary-passphrase";
    for address in [
        format!("{ping_url}/{secret}"),
        format!("{}/tb?tb_id=1&pass={secret}", server.base),
        format!("{}/longpier/craft/trackback/{secret}", server.base),
        format!("{}/longpier/craft?pass={secret}", server.base),
        format!("{}/longpier/{secret}/x/y/z", server.base),
    ] {
        let body = format!("url=http://ada.example/&pass={secret}").into_bytes();
        reader.post_raw(&address, &[("referer", &address), ("cookie", secret)], body).await;
        reader.open(&address).await;
    }
    for path in ["/r/canary-passphrase", "/signup/canary-passphrase", "/reset/canary-passphrase"] {
        reader.open(path).await.has_status(404);
    }
    reader.open("/signin").await;
    reader
        .submit("/signin", &[("email", "a@example.org"), ("password", secret)])
        .await
        .has_status(422);
    assert_eq!(server.signal("-TERM"), 0);
    let log = std::fs::read_to_string(database.data.path().join("log")).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| !line.starts_with("demonstration:")).collect();
    assert!(lines.len() > 15, "{log}");
    for line in lines {
        assert!(!line.contains(secret), "{line}");
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test]
async fn the_first_start_says_all_that_is_needed() {
    let data = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_backchannel"))
        .env_clear()
        .current_dir(data.path())
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let lines: Vec<String> = out.lines().take(2).map(Result::unwrap).collect();
    let base = lines[0].strip_prefix("Backchannel is at ").unwrap().to_owned();
    let link = lines[1].split_whitespace().last().unwrap();
    let mut operator = Browser::new(&base);
    operator.open(link.strip_prefix(&base).unwrap()).await.says("Welcome to your Backchannel");
    let account = [("email", "op@example.org"), ("name", "Op"), ("password", PASSWORD)];
    operator.submit("/signup/", &account).await.redirects_to("/manage");
    assert!(
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for name in ["data/backchannel.db", "data/secret.key"] {
        let file = std::fs::metadata(data.path().join(name)).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions());
        assert_eq!(mode & 0o077, 0, "{name} is for its owner alone");
    }
}

#[test]
fn a_mistake_is_a_sentence_and_an_exit_code() {
    let database = Database::sqlite();
    for (args, code, words) in [
        (vec!["hub", "show", "nothing"], 1, "there is no hub nothing"),
        (vec!["category", "show", "nothing"], 1, "HUB/SLUG"),
        (vec!["account", "show", "ada@example.org"], 1, "there is no account"),
        (
            vec!["account", "add", "ada@example.org", "--password-file", "/nowhere"],
            1,
            "cannot read /nowhere",
        ),
        (vec!["hbu"], 2, "unrecognized subcommand"),
        (vec!["--database", "mysql://x"], 2, "postgres://"),
        (vec!["--public-url", "hubs.example"], 2, "https://hubs.example.org"),
        (vec!["--trusted-proxies", "nonsense"], 2, "127.0.0.1"),
        (vec!["--listen", "203.0.113.1:80"], 1, "cannot listen on 203.0.113.1:80"),
        (
            vec!["--listen", "127.0.0.1:0", "--database", "postgres://nobody@127.0.0.1:1/x"],
            1,
            "the database cannot be opened",
        ),
    ] {
        let output = run(&database, &args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?} {said}");
        assert!(said.contains(words), "{args:?} {said}");
    }
    let mut mails = backchannel(&database);
    let mails = mails.env("SMTP_URL", "smtp://ada:secret@127.0.0.1:1").arg("doctor").output();
    assert!(ok(&mails.unwrap()).contains("goes by SMTP"));
    let mut open = backchannel(&database);
    let open =
        open.env("SMTP_URL", "smtp://ada:secret@mail.example.org").arg("doctor").output().unwrap();
    let said = String::from_utf8_lossy(&open.stdout).into_owned();
    assert_eq!(open.status.code(), Some(1), "{said}");
    assert!(said.contains("unencrypted") && !said.contains("secret"), "{said}");
    let mut weak = backchannel(&database);
    let weak = weak.env("SECRET_KEY", "short").arg("doctor").output().unwrap();
    assert_eq!(weak.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&weak.stdout).contains("WRONG       SECRET_KEY is too short"));
}

#[test]
fn help_is_worth_reading() {
    let database = Database::sqlite();
    for command in [
        "serve", "account", "hub", "category", "ping", "import", "seed", "migrate", "backup",
        "restore", "doctor",
    ] {
        let help = ok(&run(&database, &[command, "--help"]));
        assert!(help.len() > 200, "{command}: {help}");
    }
    let ping = ok(&run(&database, &["ping", "--help"]));
    assert!(ping.contains("Exit code 0"), "{ping}");
}

/// `README.md` has every setting, and no other.
#[test]
fn the_readme_has_every_setting() {
    let database = Database::sqlite();
    let help = ok(&run(&database, &["serve", "--help"]));
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let in_help: std::collections::BTreeSet<&str> = help
        .match_indices("[env: ")
        .map(|(at, sign)| help[at + sign.len()..].split(['=', ']']).next().unwrap())
        .collect();
    assert!(in_help.len() > 12, "{in_help:?}");
    for name in &in_help {
        assert!(readme.contains(&format!("| `{name}` ")), "{name} is not in README.md");
    }
    for row in readme.lines().filter(|row| row.starts_with("| `") && row.contains("` | `--")) {
        let name = row.split('`').nth(1).unwrap();
        assert!(in_help.contains(name), "README.md has {name}, which is no setting");
    }
}
