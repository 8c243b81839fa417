//! The part of XML-RPC that pings use: a method's name and parameters that are strings.

use super::{CallError, MAX_DEPTH};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

/// A call as it was sent, its strings decoded but not trimmed.
#[derive(Default)]
pub(super) struct MethodCall {
    pub name: String,
    pub params: Vec<Param>,
}

/// One parameter.
pub(super) enum Param {
    /// `<string>`, or a value without a type, which is a string (XML-RPC specification,
    /// "Scalar values").
    Text(String),
    /// A value of another type, or none.
    Other,
}

/// Reads a call, in one pass and without recursion.
pub(super) fn read(xml: &str) -> Result<MethodCall, CallError> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    // `http://ada.example/?p=1&q=2`: at home in a hundred hand-made clients.
    reader.config_mut().allow_dangling_amp = true;
    let mut document = Document::default();
    loop {
        let Ok(event) = reader.read_event() else {
            return Err(CallError::NotWellFormed);
        };
        match event {
            Event::Start(element) => document.open(element.name().as_ref())?,
            Event::End(_) => document.close(),
            Event::Text(text) => document.text(&text.xml10_content())?,
            Event::CData(text) => document.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => document.text(&resolved(&reference)?)?,
            Event::DocType(_) => return Err(CallError::Doctype),
            // `Empty` is never said: it is expanded to `Start` and `End`.
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => return document.finish(),
        }
    }
}

/// What a reference stands for: a character, an entity of XML or HTML, or itself, where a `&`
/// was not escaped and a `;` happens to follow.
fn resolved(reference: &BytesRef) -> Result<String, CallError> {
    let name: &str = reference;
    match reference.resolve_char_ref() {
        // XML 1.0 §4.1, "Legal Character".
        Ok(Some(c)) if c.is_control() && !c.is_whitespace() => Err(CallError::NotWellFormed),
        Ok(Some(c)) => Ok(c.to_string()),
        Ok(None) => Ok(match resolve_predefined_entity(name) {
            Some(text) => text.to_owned(),
            None => htmlize::unescape(format!("&{name};")).into_owned(),
        }),
        Err(_) => Err(CallError::NotWellFormed),
    }
}

/// Where in a call an element stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Call,
    Name,
    Params,
    Param,
    Value,
    String,
    /// A type that no ping uses, or what is in one, or an element nobody knows.
    Elsewhere,
}

/// What has been read so far.
#[derive(Default)]
struct Document {
    path: Vec<Place>,
    has_root: bool,
    name: Option<String>,
    params: Option<Vec<Param>>,
    /// The text of a value without a type, or of its `<string>`.
    value: Option<String>,
    /// Whether the value has a type: white space round that is no text.
    is_typed: bool,
    /// Whether the parameter cannot be a string any more.
    is_other: bool,
}

impl Document {
    fn open(&mut self, name: &str) -> Result<(), CallError> {
        if self.path.len() == MAX_DEPTH {
            return Err(CallError::TooDeep);
        }
        let place = self.place(name)?;
        self.has_root = true;
        self.path.push(place);
        Ok(())
    }

    /// What an element is that opens here, and what it begins.
    fn place(&mut self, name: &str) -> Result<Place, CallError> {
        Ok(match (self.path.last(), name) {
            (None, _) if self.has_root => return Err(CallError::NotWellFormed),
            (None, "methodCall") => Place::Call,
            (None, _) => return Err(CallError::NotACall),
            (Some(Place::Call), "methodName") if self.name.is_none() => {
                self.name = Some(String::new());
                Place::Name
            }
            (Some(Place::Call), "params") if self.params.is_none() => {
                self.params = Some(Vec::new());
                Place::Params
            }
            (Some(Place::Call), "methodName" | "params") => return Err(CallError::NotACall),
            (Some(Place::Params), "param") => {
                (self.value, self.is_typed, self.is_other) = (None, false, false);
                Place::Param
            }
            (Some(Place::Param), "value") => {
                self.is_other |= self.value.replace(String::new()).is_some();
                Place::Value
            }
            (Some(Place::Value), "string") if !self.is_typed => {
                (self.value, self.is_typed) = (Some(String::new()), true);
                Place::String
            }
            (Some(Place::Value | Place::String), _) => {
                self.is_other = true;
                Place::Elsewhere
            }
            (Some(_), _) => Place::Elsewhere,
        })
    }

    fn close(&mut self) {
        if self.path.pop() != Some(Place::Param) {
            return;
        }
        let param = match self.value.take() {
            Some(text) if !self.is_other => Param::Text(text),
            _ => Param::Other,
        };
        self.params.get_or_insert_default().push(param);
    }

    fn text(&mut self, text: &str) -> Result<(), CallError> {
        match self.path.last() {
            None if !text.trim().is_empty() => return Err(CallError::NotWellFormed),
            Some(Place::Name) => self.name.get_or_insert_default().push_str(text),
            Some(Place::String) => self.value.get_or_insert_default().push_str(text),
            Some(Place::Value) if !self.is_typed => {
                self.value.get_or_insert_default().push_str(text);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<MethodCall, CallError> {
        if !self.path.is_empty() || !self.has_root {
            return Err(CallError::NotWellFormed);
        }
        let name = self.name.ok_or(CallError::NotACall)?;
        Ok(MethodCall { name, params: self.params.unwrap_or_default() })
    }
}
