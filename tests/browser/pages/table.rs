//! The table of pages.

use Step::{Press, Run, Type};
use Who::{Newcomer, Operator, Stranger};

/// Who looks at it.
#[derive(Clone, Copy)]
pub enum Who {
    /// Nobody we know.
    Stranger,
    /// Somebody who is signed in, and has no hub.
    Newcomer,
    /// Of the instance, and of each hub.
    Operator,
}

/// What is done on the page before it is looked at.
pub enum Step {
    /// Text, into the field that this selector finds.
    Type(&'static str, &'static str),
    /// A press on what this selector finds.
    Press(&'static str),
    /// A script.
    Run(&'static str),
}

/// A page: who looks at it, where it is (`{name}` as in [`crate::town::Town`]), and what is done there first.
/// A state that cannot be told by its address is told by the steps to it.
pub type Page = (Who, &'static str, &'static [Step]);

const SEND: Step = Press("main .form .btn");

/// A new page gets a line here, and nothing else.
pub const PAGES: &[Page] = &[
    // readers
    (Stranger, "/", &[]),
    (Stranger, "/sxsw", &[]),
    (Stranger, "/sxsw/corridor", &[]),
    (Stranger, "/sxsw/corridor", &[Press("nav.more a")]),
    (Stranger, "/sxsw/keynotes", &[]),
    (Stranger, "/sxsw?q=%E5%B0%8F%E3%81%95", &[]),
    (Stranger, "/sxsw?q=nowhere", &[]),
    (Stranger, "/sxsw?day=2003-03-12", &[]),
    (Stranger, "/sxsw", &[Press(".narrow summary")]),
    (Stranger, "/sxsw?in=keynotes&day=2003-03-12", &[]),
    (Stranger, "/sxsw?not=corridor,nowhere&lang=ja", &[]),
    (Stranger, "/sxsw/-/about", &[]),
    (Stranger, "/sxsw/-/people", &[]),
    (Stranger, "/quiet/-/people", &[]),
    (Stranger, "/sxsw/-/wall", &[]),
    (Stranger, "/sxsw/-/wall?at=1&dark", &[]),
    (Stranger, "/sxsw/-/wall?at=2&light", &[]),
    (Stranger, "/quiet/all/-/wall", &[]),
    (Stranger, "/sxsw/backroom", &[]),
    (
        Stranger,
        "/sxsw/backroom",
        &[Type("main input[name=password]", "not this one"), Press("main .btn")],
    ),
    (Stranger, "/bare", &[]),
    (Stranger, "/quiet", &[]),
    (Stranger, "/quiet/all", &[]),
    (Stranger, "/one", &[]),
    (Stranger, "/word", &[]),
    (Stranger, "/over/all", &[]),
    (Stranger, "{post}", &[]),
    (Stranger, "{post}/report", &[]),
    (Stranger, "{post}/report", &[Press("[value=other]"), Press("main .btn")]),
    (Stranger, "/sxsw/-/stats", &[]),
    (Stranger, "/quiet/-/stats", &[]),
    (Stranger, "/topics", &[]),
    (Stranger, "/topics/all", &[]),
    (Stranger, "/topics/nowhere", &[]),
    (Stranger, "/sxsw/-/embed", &[]),
    (Stranger, "/sxsw/corridor/-/embed?theme=dark&count=7", &[]),
    (Stranger, "/embed/sxsw", &[]),
    (Stranger, "/embed/sxsw/corridor?theme=dark", &[]),
    (Stranger, "/embed/quiet", &[]),
    (Stranger, "/embed/sxsw/backroom", &[]),
    (Stranger, "/help", &[]),
    (Stranger, "/help/bloggers", &[]),
    (Stranger, "/help/organizers", &[]),
    (Stranger, "/help/readers", &[]),
    // bloggers
    (Stranger, "/sxsw/-/add", &[]),
    (Stranger, "/sxsw/keynotes/add", &[]),
    (Stranger, "/sxsw/corridor/add?post=http://blog1.example/1", &[]),
    (Stranger, "/sxsw/corridor/add?post=http://nobody.example/", &[]),
    (
        Stranger,
        "/sxsw/keynotes/add",
        &[Type("#url", "nowhere.example/post"), Press("[value=fetch]")],
    ),
    (Stranger, "/sxsw/keynotes/add", &[Type("#url", "ftp://x"), Type("#passphrase", "no"), SEND]),
    (Stranger, "/over/all/add", &[]),
    (Stranger, "{waits}", &[]),
    (Stranger, "{listed}", &[]),
    (Stranger, "{not_here}", &[]),
    (Stranger, "{spam}", &[]),
    (Stranger, "{claim}", &[]),
    (
        Stranger,
        "{claim}",
        &[Type("#passphrase", "not this one"), Press("form[action$=passphrase] .btn")],
    ),
    // mistakes
    (Stranger, "/nowhere", &[]),
    (Stranger, "/p/none", &[]),
    (Stranger, "/sxsw/gone", &[]),
    (Stranger, "/sxsw/-/nothing", &[]),
    (Stranger, "/sxsw?blog=nobody.example", &[]),
    (Stranger, "/shut", &[]),
    (Stranger, "/sxsw?day=never", &[]),
    (
        Stranger,
        "/signin",
        &[
            Run("document.querySelector('main [name=csrf]').remove()"),
            Type("#email", "x@example.org"),
            Type("#password", "x"),
            SEND,
        ],
    ),
    // accounts
    (Stranger, "/signin", &[]),
    (
        Stranger,
        "/signin",
        &[Type("#email", "x@example.org"), Type("#password", "not this one"), SEND],
    ),
    (Stranger, "/signup", &[]),
    (Stranger, "/signup", &[Type("#email", "x@example.org"), SEND]),
    (Stranger, "/reset", &[]),
    (Stranger, "{signup}", &[]),
    (Stranger, "{signup}", &[Type("#name", "Grace"), Type("#password", "short"), SEND]),
    (Stranger, "{reset}", &[]),
    (Stranger, "/reset/too-old", &[]),
    (Stranger, "{invitation}", &[]),
    (Newcomer, "{invitation}", &[]),
    (Stranger, "{mailed}", &[]),
    (Stranger, "{stop}", &[]),
    (Newcomer, "/account", &[]),
    (
        Newcomer,
        "/account",
        &[
            Type("#old_password", "not this one"),
            Type("#password", "x"),
            Press("form[action$=password] .ghost"),
        ],
    ),
    (Newcomer, "/account/delete", &[]),
    (Newcomer, "/manage", &[]),
    // organizers
    (Operator, "/manage", &[]),
    (Operator, "/manage/new", &[]),
    (Operator, "/manage/new", &[Type("#title", "Help"), Type("#slug", "help"), SEND]),
    (Operator, "/manage/sxsw", &[]),
    (Operator, "/manage/sxsw", &[Press(".acts [value='not-here']")]),
    (Operator, "/manage/sxsw", &[Press(".pick"), Run("scrollTo(0, 900)")]),
    (Operator, "/manage/quiet", &[]),
    (Operator, "/manage/bare", &[]),
    (Operator, "/manage/sxsw/decided", &[]),
    (Operator, "{edit}", &[]),
    (Operator, "/manage/sxsw/reports", &[]),
    (Operator, "/manage/quiet/reports", &[]),
    (Operator, "/manage/sxsw/blogs", &[]),
    (Operator, "{blog}", &[]),
    (Operator, "/manage/sxsw/rules", &[]),
    (Operator, "/manage/sxsw/log", &[]),
    (Operator, "/manage/sxsw/numbers", &[]),
    (Operator, "/manage/bare/numbers", &[]),
    (Operator, "/manage/sxsw/members", &[]),
    (Operator, "/manage/sxsw/notifications", &[]),
    (Operator, "/manage/sxsw/categories", &[]),
    (Operator, "/manage/bare/categories", &[]),
    (Operator, "/manage/sxsw/new-category", &[]),
    (
        Operator,
        "/manage/sxsw/new-category",
        &[Type("#title", "Again"), Type("#slug", "keynotes"), SEND],
    ),
    (
        Operator,
        "/manage/quiet/new-category",
        &[Type("#title", "Ready"), Type("#slug", "ready"), Press("[name=ping][value=open]"), SEND],
    ),
    (Operator, "/manage/sxsw/categories/keynotes", &[]),
    (Operator, "/manage/sxsw/categories/keynotes/forwarding", &[]),
    (Operator, "/manage/sxsw/feeds", &[]),
    (Operator, "/manage/sxsw/keys", &[]),
    (Operator, "/manage/sxsw/keys", &[Type("#names", "Ada\n山田太郎\nالدكتورة ليلى"), SEND]),
    (Operator, "/manage/sxsw/keys", &[Type("#names", "Ada"), Type("#hourly", "99999"), SEND]),
    (Operator, "/manage/sxsw/readers", &[]),
    (Operator, "/manage/sxsw/settings", &[]),
    (Operator, "/manage/sxsw/settings", &[Type("#confirm", "no"), Press(".danger")]),
    (Operator, "/manage/over/settings", &[]),
    (Operator, "/manage/sxsw/about", &[]),
    (Operator, "/manage/sxsw/about", &[Press("[name=preview]")]),
    // operators
    (Operator, "/operator", &[]),
    (Operator, "/operator/rules", &[]),
    (Operator, "/operator/invitations", &[]),
    (Operator, "/operator/jobs", &[]),
];
