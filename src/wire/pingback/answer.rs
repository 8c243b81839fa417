//! What a caller is told.

use super::CallError;
use crate::wire::xml;

/// The Content-Type of answers.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// An answer to a call, always sent with status 200 (XML-RPC specification, "Response format").
///
/// All texts are plain and escaped here, onto one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// A pingback was taken in; the text says where its receipt is.
    Taken(&'a str),
    /// A pingback was refused.
    Refused(Fault<'a>),
    /// The call was not understood.
    NotUnderstood(CallError),
    /// The answer to both `weblogUpdates` pings.
    WeblogUpdates {
        /// Whether the ping was refused: `flerror`, which is true for an error.
        is_refused: bool,
        /// What became of it, or what to do.
        message: &'a str,
    },
}

/// Why a pingback is refused (Pingback 1.0 §3, "fault codes"), each with one plain sentence for
/// the blogger that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault<'a> {
    /// `0`: none of the others.
    Other(&'a str),
    /// `16`: the source cannot be found.
    NoSource(&'a str),
    /// `17`: the source does not link to the target.
    NoLink(&'a str),
    /// `32`: there is no such target.
    NoTarget(&'a str),
    /// `33`: the target is there, but takes no pingbacks.
    TargetTakesNone(&'a str),
    /// `48`: the pingback was taken in before.
    AlreadyTaken(&'a str),
    /// `49`: the sender may not.
    AccessDenied(&'a str),
    /// `50`: the source's server did not answer, or not with a page.
    Upstream(&'a str),
}

impl<'a> Fault<'a> {
    /// The code on the wire.
    pub const fn code(self) -> i32 {
        self.parts().0
    }

    /// The sentence for the blogger.
    pub const fn sentence(self) -> &'a str {
        self.parts().1
    }

    const fn parts(self) -> (i32, &'a str) {
        match self {
            Self::Other(sentence) => (0, sentence),
            Self::NoSource(sentence) => (16, sentence),
            Self::NoLink(sentence) => (17, sentence),
            Self::NoTarget(sentence) => (32, sentence),
            Self::TargetTakesNone(sentence) => (33, sentence),
            Self::AlreadyTaken(sentence) => (48, sentence),
            Self::AccessDenied(sentence) => (49, sentence),
            Self::Upstream(sentence) => (50, sentence),
        }
    }
}

impl Answer<'_> {
    /// The whole document, ending with a line break; [`CONTENT_TYPE`].
    pub fn to_xml(&self) -> String {
        let body = match self {
            Answer::Taken(message) => params(&string(message)),
            Answer::Refused(reason) => fault(reason.code(), reason.sentence()),
            Answer::NotUnderstood(error) => fault(error.code(), &error.to_string()),
            Answer::WeblogUpdates { is_refused, message } => params(&format!(
                "<struct>\n{}{}</struct>",
                member("flerror", &format!("<boolean>{}</boolean>", u8::from(*is_refused))),
                member("message", &string(message)),
            )),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<methodResponse>\n{body}</methodResponse>\n"
        )
    }
}

fn params(value: &str) -> String {
    format!("<params>\n<param><value>{value}</value></param>\n</params>\n")
}

fn fault(code: i32, sentence: &str) -> String {
    format!(
        "<fault>\n<value><struct>\n{}{}</struct></value>\n</fault>\n",
        member("faultCode", &format!("<int>{code}</int>")),
        member("faultString", &string(sentence)),
    )
}

fn member(name: &str, value: &str) -> String {
    format!("<member><name>{name}</name><value>{value}</value></member>\n")
}

fn string(text: &str) -> String {
    format!("<string>{}</string>", xml::content(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_to_the_byte() {
        let answers = [
            Answer::Taken("Taken in: https://hub.example/r/7 & <more>"),
            Answer::Refused(Fault::NoLink("The post does not\nlink here.")),
            Answer::NotUnderstood(CallError::UnknownMethod),
            Answer::WeblogUpdates { is_refused: false, message: "Thanks for the ping." },
            Answer::WeblogUpdates { is_refused: true, message: "Nobody reads \"this\" blog here." },
        ];
        let side_by_side: Vec<String> = answers.iter().map(Answer::to_xml).collect();
        insta::assert_snapshot!(side_by_side.join("\n"), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <methodResponse>
        <params>
        <param><value><string>Taken in: https://hub.example/r/7 &amp; &lt;more&gt;</string></value></param>
        </params>
        </methodResponse>

        <?xml version="1.0" encoding="utf-8"?>
        <methodResponse>
        <fault>
        <value><struct>
        <member><name>faultCode</name><value><int>17</int></value></member>
        <member><name>faultString</name><value><string>The post does not link here.</string></value></member>
        </struct></value>
        </fault>
        </methodResponse>

        <?xml version="1.0" encoding="utf-8"?>
        <methodResponse>
        <fault>
        <value><struct>
        <member><name>faultCode</name><value><int>-32601</int></value></member>
        <member><name>faultString</name><value><string>Only pingback.ping, weblogUpdates.ping and weblogUpdates.extendedPing can be called here.</string></value></member>
        </struct></value>
        </fault>
        </methodResponse>

        <?xml version="1.0" encoding="utf-8"?>
        <methodResponse>
        <params>
        <param><value><struct>
        <member><name>flerror</name><value><boolean>0</boolean></value></member>
        <member><name>message</name><value><string>Thanks for the ping.</string></value></member>
        </struct></value></param>
        </params>
        </methodResponse>

        <?xml version="1.0" encoding="utf-8"?>
        <methodResponse>
        <params>
        <param><value><struct>
        <member><name>flerror</name><value><boolean>1</boolean></value></member>
        <member><name>message</name><value><string>Nobody reads "this" blog here.</string></value></member>
        </struct></value></param>
        </params>
        </methodResponse>
        "#);
    }

    #[test]
    fn faults_have_the_codes_of_the_specification() {
        let faults = [
            Fault::Other,
            Fault::NoSource,
            Fault::NoLink,
            Fault::NoTarget,
            Fault::TargetTakesNone,
            Fault::AlreadyTaken,
            Fault::AccessDenied,
            Fault::Upstream,
        ];
        let codes = faults.map(|fault| fault("x").code());
        assert_eq!(codes, [0, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31, 0x32]);
        assert!(faults.iter().all(|fault| fault("x").sentence() == "x"));
    }

    proptest! {
        #[test]
        fn every_answer_is_well_formed(text in any::<String>(), is_refused in any::<bool>()) {
            for answer in [
                Answer::Taken(&text),
                Answer::Refused(Fault::Other(&text)),
                Answer::WeblogUpdates { is_refused, message: &text },
            ] {
                let xml = answer.to_xml();
                let mut reader = quick_xml::Reader::from_str(&xml);
                let mut depth = 0;
                loop {
                    match reader.read_event() {
                        Ok(quick_xml::events::Event::Start(_)) => depth += 1,
                        Ok(quick_xml::events::Event::End(_)) => depth -= 1,
                        Ok(quick_xml::events::Event::Eof) => break,
                        Ok(_) => {}
                        Err(error) => prop_assert!(false, "{error} in {xml}"),
                    }
                }
                prop_assert_eq!(depth, 0);
            }
        }
    }
}
