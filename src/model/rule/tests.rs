use super::*;

fn pattern(kind: RuleKind, typed: &str) -> Pattern {
    Pattern::parse(kind, typed).unwrap()
}

#[test]
fn a_ban_of_an_address_bans_that_address() {
    let is_from =
        |net: &str, sender: &str| pattern(RuleKind::Address, net).is_from(sender.parse().unwrap());
    for (net, sender, banned) in [
        ("1.2.3.4", "1.2.3.4", true),
        ("1.2.3.4", "11.2.3.45", false),
        ("1.2.3.4", "1.2.3.40", false),
        ("1.2.3.4", "11.2.3.4", false),
        ("1.2.3.4", "::ffff:1.2.3.4", true),
        ("::ffff:1.2.3.4", "1.2.3.4", true),
        ("::ffff:1.2.3.0/120", "1.2.3.200", true),
        ("1.2.3.77/24", "1.2.4.0", false),
        ("2001:db8:1:2::7", "2001:db8:1:2::", true),
        ("2001:db8:1:2::7/128", "2001:db8:1:2:ffff::", true),
        ("2001:db8:1:2::7", "2001:db8:1:3::", false),
        ("2001:db8:1::/48", "2001:db8:1:ffff::", true),
        ("2001:db8:1::/48", "2001:db8:2::", false),
    ] {
        assert_eq!(is_from(net, sender), banned, "{net} {sender}");
    }
    let all = (0..=255_u8).filter(|n| is_from("1.2.3.0/24", &format!("1.2.3.{n}"))).count();
    assert_eq!(all, 256);
}

#[test]
fn what_is_no_net_or_too_wide_is_not_taken() {
    for typed in ["", "1.2.3", "1.2.3.4.5", "1.2.3.4/33", "example.org", "1.2.3.*"] {
        assert_eq!(Pattern::parse(RuleKind::Address, typed), Err(PatternError::NoNet), "{typed}");
    }
    for typed in ["0.0.0.0/0", "1.0.0.0/7", "::/0", "2000::/3", "::ffff:0:0/90"] {
        assert!(Pattern::parse(RuleKind::Address, typed).is_err(), "{typed}");
    }
    assert_eq!(pattern(RuleKind::Address, "1.2.3.77/24").to_string(), "1.2.3.0/24");
    assert_eq!(pattern(RuleKind::Address, " 1.2.3.4/32 ").to_string(), "1.2.3.4");
    assert_eq!(pattern(RuleKind::Address, "2001:DB8::1").to_string(), "2001:db8::/64");
}

#[test]
fn a_domain_ends_at_a_label() {
    let rule = pattern(RuleKind::Domain, "Example.org");
    for (host, matches) in [
        ("example.org", true),
        ("blog.example.org", true),
        ("evil-example.org", false),
        ("example.org.evil.com", false),
        ("example.com", false),
        ("org", false),
    ] {
        assert_eq!(rule.is_at(host), matches, "{host}");
    }
    for typed in ["https://www.example.org/", "*.example.org", ".example.org", "EXAMPLE.ORG."] {
        assert_eq!(pattern(RuleKind::Domain, typed), rule, "{typed}");
    }
    assert_eq!(pattern(RuleKind::Domain, "bücher.example").to_string(), "xn--bcher-kva.example");
    for shared in ["github.io", "co.uk", "blogspot.com"] {
        assert_eq!(Pattern::parse(RuleKind::Domain, shared), Err(PatternError::Shared), "{shared}");
    }
    for typed in ["", "com", "192.0.2.1", "example.org/path", "two words"] {
        assert!(Pattern::parse(RuleKind::Domain, typed).is_err(), "{typed}");
    }
}

#[test]
fn the_strictest_rule_in_force_decides() {
    let now = Timestamp::from_micros(1_000_000);
    let rule = |id, typed, action, expires_at| Rule {
        id: RuleId(id),
        pattern: pattern(RuleKind::Phrase, typed),
        action,
        expires_at,
    };
    let rules = Rules::new(vec![
        rule(1, "casino", RuleAction::Wait, None),
        rule(2, "casino bonus", RuleAction::SetAside, None),
        rule(3, "casino", RuleAction::Refuse, Some(now)),
    ]);
    assert_eq!(rules.about(&["A casino"], now).unwrap().id, RuleId(1));
    assert_eq!(rules.about(&["", "CASINO  BONUS!"], now).unwrap().id, RuleId(2));
    assert!(rules.about(&["casinos"], now).is_none());
    assert!(rules.at_the_door(None, "casino.example", now).is_none(), "a host is no text");
}
