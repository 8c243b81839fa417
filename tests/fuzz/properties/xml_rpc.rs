//! XML-RPC calls, in and out: `wire::pingback`.

use backchannel::wire::pingback::{
    Answer, Call, CallError, Fault, MAX_BODY, MAX_NAME, MAX_URL, parse,
};

use super::{foreign, input, line};

/// The first line is the Content-Type, the rest the body, which is also what our answers say.
/// Limits hold; a call that is written anew is the same call; our answers are well-formed and say
/// what they were to say.
pub fn check(data: &[u8]) {
    let (content_type, body) = input::with_header(data);
    let read = parse(content_type, body);
    assert_eq!(body.len() > MAX_BODY, read == Err(CallError::TooLarge));
    match &read {
        Err(error) => assert!((-32_701..=-32_600).contains(&error.code())),
        Ok(call) => {
            assert!(!body.contains(&0));
            let addresses: Vec<&String> = match call {
                Call::Pingback { source, target } => vec![source, target],
                Call::WeblogPing { url, .. } => vec![url],
                Call::ExtendedPing { url, check, feed, .. } => {
                    [url, feed].into_iter().chain(check).collect()
                }
            };
            for address in addresses {
                assert!(!address.is_empty() && address.trim() == address);
                assert!(address.len() <= MAX_URL);
            }
            if let Call::WeblogPing { name, .. } | Call::ExtendedPing { name, .. } = call {
                line::is_tidy(name, MAX_NAME);
            }
            is_written_anew(call);
        }
    }
    answers_say(&String::from_utf8_lossy(body));
}

fn is_written_anew(call: &Call) {
    // A name is HTML there, and text here.
    let (method, params) = match call {
        Call::Pingback { source, target } => {
            ("pingback.ping", vec![source.clone(), target.clone()])
        }
        Call::WeblogPing { name, url } => {
            ("weblogUpdates.ping", vec![foreign::escaped(name), url.clone()])
        }
        Call::ExtendedPing { name, url, check, feed } => {
            let urls = [Some(url), check.as_ref(), Some(feed)];
            let urls = urls.into_iter().flatten().cloned();
            let params = std::iter::once(foreign::escaped(name)).chain(urls);
            ("weblogUpdates.extendedPing", params.collect())
        }
    };
    // XML reads some characters as others, and cannot have some.
    if params.iter().any(|text| foreign::held(text) != *text) {
        return;
    }
    let params: String = params
        .iter()
        .map(|text| {
            format!("<param><value><string>{}</string></value></param>", foreign::escaped(text))
        })
        .collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<methodCall><methodName>{method}</methodName>\
         <params>{params}</params></methodCall>"
    );
    if body.len() <= MAX_BODY {
        assert_eq!(parse(Some(b"text/xml; charset=utf-8"), body.as_bytes()).as_ref(), Ok(call));
    }
}

fn answers_say(text: &str) {
    for answer in [
        Answer::Taken(text),
        Answer::Refused(Fault::Other(text)),
        Answer::WeblogUpdates { is_refused: true, message: text },
    ] {
        let elements = foreign::elements(&answer.to_xml());
        assert_eq!(foreign::texts_of(&elements, "string"), [foreign::held(text)]);
    }
}
