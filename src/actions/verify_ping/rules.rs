//! What rules say about a page, and bars about its blog: asked again, because what a page says was
//! not known when its ping came.

use super::judge::Judge;
use crate::db::{DbError, Tx, pings, trust};
use crate::model::ping::HeldFor;
use crate::model::ping::PingState;
use crate::model::rule::{Rule, RuleAction};

impl Judge {
    /// The rule about what the page says.
    pub(super) fn rule(&self) -> Option<&Rule> {
        let texts = self.texts_of_page();
        let said = [&texts.title, &texts.excerpt, &texts.blog_name].map(String::as_str);
        self.rules.rules.about(&said, self.now)
    }

    /// Sets a waiting ping aside where its page or its blog gives a reason; `true` where it did. A
    /// rule that refuses comes too late for that, and sets aside.
    pub(super) fn set_aside(&mut self, tx: &mut Tx<'_>) -> Result<bool, DbError> {
        let (hub, id) = (self.ping.hub_id, self.ping.id);
        let found = self.rule().map(|rule| (rule.id, rule.action, rule.words()));
        // What is held already was counted when it came.
        self.hit = found.as_ref().filter(|_| self.ping.remark.is_empty()).map(|(id, ..)| *id);
        let is_barred = trust::bars(tx.reading(), hub, &self.ping.blog_key)?;
        let remark = match &found {
            _ if is_barred => "barred blog".to_owned(),
            Some((_, RuleAction::Refuse | RuleAction::SetAside, words)) => words.clone(),
            Some((_, RuleAction::Wait, words)) => {
                pings::update_held(tx, hub, id, HeldFor::Rule, words)?;
                return Ok(false);
            }
            None => return Ok(false),
        };
        pings::update_remark(tx, hub, id, &remark)?;
        pings::update_right(tx, hub, id, self.ping.proved, false)?;
        pings::update_state(tx, hub, id, PingState::Spam, Some(self.now))?;
        self.note(tx, PingState::Spam)?;
        self.ping.state = PingState::Spam;
        Ok(true)
    }
}
