//! The table of pages.

use Step::{Press, Run, Type};
use Who::{Moderator, Newcomer, Operator, Stranger};

/// Who looks at it.
#[derive(Clone, Copy)]
pub enum Who {
    /// Nobody we know.
    Stranger,
    /// Somebody who is signed in, and has no hub.
    Newcomer,
    /// Of `/sxsw`.
    Moderator,
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

/// A page: who looks at it, where it is (`{name}` as in [`crate::town::Town`]), what is done there first,
/// and words that can be read there then and on no page that might stand in its place.
/// A state that cannot be told by its address is told by the steps to it.
pub type Page = (Who, &'static str, &'static [Step], &'static str);

/// The form for a schedule, without one.
const SEND_NO_FILE: Step = Press("form[enctype] .btn");
const SEND: Step = Press("main .form .btn");

/// Three posts for the category that is open, from somebody else.
const SEND_THREE: Step = Run(
    "const to = document.querySelector('[rel=trackback]').href; return Promise.all([1, 2, 3].map((n) => \
     fetch(to, { method: 'POST', body: new URLSearchParams({ url: `http://late${n}.example/`, title: 'Late' }) })))",
);

/// Somebody else saves another excerpt first.
const EDIT_FIRST: Step = Run(
    "const form = document.querySelector('main .form'); const typed = new URLSearchParams(new FormData(form)); \
     typed.set('excerpt', 'Theirs'); return fetch(form.action, { method: 'POST', body: typed })",
);

/// More than a form may hold, past what the field itself says.
const TOO_MUCH: Step = Run(
    "document.querySelector('#url').value = 'http://much.example/1'; const words = document.querySelector('#excerpt'); \
     words.removeAttribute('maxlength'); words.value = 'x'.repeat(20000)",
);

/// A new page gets a line here, and nothing else; without one, a test below names it.
pub const PAGES: &[Page] = &[
    // readers
    (Stranger, "/", &[], "Posts from everyone’s blogs, by topic"),
    (Stranger, "/sxsw", &[], "SXSW 2003"),
    (Stranger, "/sxsw/corridor", &[], "Everybody may add a post"),
    (Stranger, "/sxsw/corridor", &[Press("nav.more a")], "Back to the newest posts"),
    (Stranger, "/sxsw/keynotes", &[], "The posting passphrase is needed to add a post"),
    (Stranger, "/word/all", &[SEND_THREE], "3 new posts"),
    (Stranger, "/sxsw?q=%E5%B0%8F%E3%81%95", &[], "“小さ”"),
    (Stranger, "/sxsw?q=nowhere", &[], "Nothing that is listed here has all of these words."),
    (Stranger, "/sxsw?q=corridor", &[], "Category: corridor"),
    (Stranger, "/sxsw?day=2003-03-12", &[], "12 March 2003"),
    (Stranger, "/sxsw", &[Press(".narrow summary")], "All but these"),
    (Stranger, "/sxsw?in=keynotes&day=2003-03-12", &[], "No post"),
    (Stranger, "/sxsw?not=corridor,nowhere&lang=ja", &[], "Leave it out"),
    (Stranger, "/sxsw/-/about", &[], "Who runs it."),
    (Stranger, "/sxsw/-/people", &[], "took part, with"),
    (Stranger, "/sxsw/-/people?by=newest", &[], "took part, with"),
    (Stranger, "/quiet/-/people", &[], "Nobody stands here yet."),
    (Stranger, "/sxsw/-/wall", &[], "Donaudampfschiff"),
    (Stranger, "/sxsw/-/wall?at=1&dark", &[], "小さなウェブサイト"),
    (Stranger, "/sxsw/-/wall?at=2&light", &[], "ملاحظات طويلة"),
    (Stranger, "/quiet/all/-/wall", &[], "Yours can be the first."),
    (Stranger, "/word/all/-/wall", &[], "Nothing hangs here yet."),
    (Stranger, "/sxsw/backroom", &[], "For those who know the reading password"),
    (
        Stranger,
        "/sxsw/backroom",
        &[Type("main input[name=password]", "not this one"), Press("main .btn")],
        "not the reading password",
    ),
    (
        Stranger,
        "/sxsw/backroom",
        &[Type("main input[name=password]", "tell nobody"), Press("main .btn")],
        "Nothing is listed here yet.",
    ),
    (Stranger, "/door", &[], "What stands here is not for everybody."),
    (Stranger, "/bare", &[], "Nothing is listed here yet."),
    (Stranger, "/quiet", &[], "be the first to tell this page"),
    (Stranger, "/quiet/all", &[], "be the first to tell this page"),
    (Stranger, "/one", &[], "مؤتمر"),
    (Stranger, "/word", &[], "Donaudampfschiff"),
    (Stranger, "/over/all", &[], "kept for reading"),
    (Stranger, "/still", &[], "ملاحظات طويلة"),
    (Stranger, "/still/all", &[], "The organizers say"),
    (Stranger, "{arabic}", &[], "ملاحظات طويلة"),
    (Stranger, "{japanese}", &[], "小さなウェブサイト"),
    (Stranger, "{word}", &[], "Donaudampfschiff"),
    (Stranger, "{removed}", &[], "This post is not listed"),
    (Stranger, "/sxsw/nowhere", &[], "has no category “nowhere”"),
    (Stranger, "{word}/report", &[], "What is wrong with it?"),
    (Stranger, "{arabic}/report", &[Press("[value=other]"), Press("main .btn")], "Thank you"),
    (Stranger, "/sxsw/-/talks", &[], "what is written about each will stand beside it"),
    (Stranger, "/quiet/-/talks", &[], "There is no programme here yet."),
    (Stranger, "/sxsw/-/talks/t1", &[], "Nobody’s post about this talk is listed here yet."),
    (Stranger, "/sxsw/-/talks/t3", &[], "Its own page"),
    (Stranger, "/embed/sxsw/-/talks/t1", &[], "Nobody’s post about this talk is listed yet."),
    (Stranger, "/sxsw/-/stats", &[], "By category"),
    (Stranger, "/quiet/-/stats", &[], "Nothing is listed here yet."),
    (Stranger, "/word", &[], "Code of conduct"),
    (Stranger, "/word/all/add", &[], "Say it in your own words."),
    (Stranger, "/series/words", &[], "These feeds move along"),
    (Stranger, "/series/nowhere", &[], "There is no such series"),
    (Stranger, "/topics", &[], "3 hubs"),
    (Stranger, "/topics/all", &[], "in the category “all” of 3 hubs"),
    (Stranger, "/topics/nowhere", &[], "There is no such topic"),
    (Stranger, "/sxsw/-/embed", &[], "The newest posts, in a frame on any page of yours."),
    (Stranger, "/sxsw/corridor/-/embed?theme=dark&count=7", &[], "Show it on your site"),
    (Stranger, "/embed/sxsw", &[], "SXSW 2003"),
    (Stranger, "/embed/sxsw/corridor?theme=dark", &[], "corridor"),
    (Stranger, "/embed/quiet", &[], "Nothing is listed here yet."),
    (Stranger, "/embed/sxsw/backroom", &[], "It can be read with a reading password"),
    (Stranger, "/help", &[], "What people ask"),
    (Stranger, "/help/bloggers", &[], "Get your post listed"),
    (Stranger, "/help/organizers", &[], "Run a hub"),
    (Stranger, "/help/readers", &[], "Read a hub"),
    (Stranger, "/privacy", &[], "What this site keeps of you"),
    // bloggers
    (Stranger, "/sxsw/-/add", &[], "Which category does it belong to?"),
    (Stranger, "/sxsw/-/add?post=http://blog1.example/1", &[], "Is it your post?"),
    (Stranger, "/sxsw/-/add?post=http://nobody.example/", &[], "It is not in this hub"),
    (Stranger, "/sxsw/keynotes/add", &[], "Add your post to keynotes"),
    (Stranger, "/sxsw/corridor/add?post=http://blog1.example/1", &[], "Is it your post?"),
    (Stranger, "/sxsw/corridor/add?post=http://nobody.example/", &[], "Did my post arrive?"),
    (
        Stranger,
        "/sxsw/keynotes/add",
        &[Type("#url", "nowhere.example/post"), Press("[value=fetch]")],
        "Nothing was found to fill in",
    ),
    (
        Stranger,
        "/sxsw/keynotes/add",
        &[Type("#url", "ftp://x"), Type("#passphrase", "no"), SEND],
        "Not sent yet.",
    ),
    (Stranger, "/over/all/add", &[], "takes no posts now"),
    (Stranger, "/sxsw/-/keep-away", &[], "Your post’s exact address"),
    (Stranger, "/sxsw/-/keep-away?post=http://blog1.example/1", &[], "Show that it is yours"),
    (Stranger, "/sxsw/-/keep-away?post=ftp://x", &[], "Keep your post away"),
    (Stranger, "{waits}", &[], "Waiting for an organizer"),
    (Stranger, "{listed}", &[], "It is on the hub’s pages and in its feeds."),
    (Stranger, "{withdrawn}", &[], "Send it in again"),
    (Stranger, "{not_here}", &[], "Your blog has no disadvantage from this."),
    (Stranger, "{spam}", &[], "An organizer took it for advertising."),
    (Stranger, "{claim}", &[], "Your page could not be read"),
    (Stranger, "{hidden}", &[], "Not shown for now"),
    (Stranger, "{changed}", &[], "Your page changed since"),
    (
        Stranger,
        "{claim}",
        &[Type("#passphrase", "not this one"), Press("form[action$=passphrase] .btn")],
        "not the passphrase",
    ),
    // mistakes
    (Stranger, "/sxsw/corridor/add", &[TOO_MUCH, SEND], "That was too much"),
    (Stranger, "/nowhere", &[], "There is no such hub"),
    (Stranger, "/p/none", &[], "This address is cut short"),
    (Stranger, "/sxsw/gone", &[], "This category is gone"),
    (Stranger, "/sxsw/-/nothing", &[], "has no page at this address"),
    (Stranger, "/sxsw?blog=nobody.example", &[], "No post"),
    (Stranger, "/shut", &[], "This hub is not shown"),
    (Stranger, "/sxsw?day=never", &[], "That did not work"),
    (
        Stranger,
        "/signin",
        &[
            Run("document.querySelector('main [name=csrf]').remove()"),
            Type("#email", "x@example.org"),
            Type("#password", "x"),
            SEND,
        ],
        "This form was open for too long",
    ),
    // accounts
    (Stranger, "/signin", &[], "Sign in"),
    (
        Stranger,
        "/signin",
        &[Type("#email", "x@example.org"), Type("#password", "not this one"), SEND],
        "do not go together",
    ),
    (Stranger, "/signup", &[], "Open an account"),
    (Stranger, "/signup", &[Type("#email", "x@example.org"), SEND], "Check your mail"),
    (Stranger, "/reset", &[], "Forgotten password"),
    (Stranger, "{signup}", &[], "What shall we call you?"),
    (
        Stranger,
        "{signup}",
        &[Type("#name", "Grace"), Type("#password", "short"), SEND],
        "Not done yet.",
    ),
    (Stranger, "{reset}", &[], "Choose a new password"),
    (Stranger, "/reset/too-old", &[], "This link does not work any more"),
    (Stranger, "{invitation}", &[], "Sign in and accept"),
    (Newcomer, "{invitation}", &[], "Accept as Ada"),
    (Stranger, "{mailed}", &[], "not a trusted blog yet"),
    (Stranger, "{stop}", &[], "Stop these mails?"),
    (Newcomer, "/account", &[], "Your account"),
    (
        Newcomer,
        "/account",
        &[
            Type("#old_password", "not this one"),
            Type("#password", "x"),
            Press("form[action$=password] .ghost"),
        ],
        "This is not your present password.",
    ),
    (Newcomer, "/account/delete", &[], "Delete your account"),
    (Newcomer, "/manage", &[], "You have no hub yet."),
    (Newcomer, "/manage/sxsw", &[], "There is no such hub"),
    // moderators
    (Moderator, "/manage", &[], "SXSW 2003"),
    (Moderator, "/manage/sxsw", &[], "to look at"),
    (Moderator, "/manage/sxsw/members", &[], "You see its queue no more"),
    (Moderator, "/manage/sxsw/settings", &[], "This is for organizers"),
    // organizers
    (Operator, "/manage", &[], "Open another hub"),
    (Operator, "/manage/new", &[], "A title and an address are enough."),
    (
        Operator,
        "/manage/new",
        &[Type("#title", "Help"), Type("#slug", "help"), SEND],
        "Not open yet.",
    ),
    (Operator, "/manage/sxsw/programme", &[], "On the schedule’s own pages"),
    (
        Operator,
        "/manage/sxsw/programme",
        &[SEND_NO_FILE],
        "Choose a file, or type the address of the schedule.",
    ),
    (Operator, "/manage/sxsw", &[], "to look at"),
    (Operator, "/manage/sxsw", &[], "Changed since they were listed"),
    (Operator, "/manage/sxsw", &[Press(".acts [value='not-here']")], "Undo"),
    (Operator, "/manage/sxsw", &[Press(".pick"), Run("scrollTo(0, 900)")], "1 selected"),
    (Operator, "/manage/quiet", &[], "Nothing has come yet."),
    (Operator, "/manage/bare", &[], "category"),
    (Operator, "/manage/sxsw/decided", &[], "What somebody decided about."),
    (Operator, "{edit}", &[], "Edit a post"),
    (
        Operator,
        "{edit}",
        &[EDIT_FIRST, Type("#excerpt", "Mine"), SEND],
        "Somebody changed this post",
    ),
    (Operator, "/manage/sxsw/reports", &[], "It harms somebody"),
    (Operator, "/manage/quiet/reports", &[], "No report is open."),
    (Operator, "/manage/sxsw/blogs", &[], "trusted since"),
    (Operator, "{blog}", &[], "since"),
    (Operator, "/manage/sxsw/rules", &[], "replica watches"),
    (
        Operator,
        "/manage/sxsw/rules",
        &[Type("#pattern", "blog1.example"), Press("[value=refuse]"), Press("[value=try]")],
        "If this rule had held",
    ),
    (Operator, "/manage/sxsw/log", &[], "who did what"),
    (Operator, "/manage/sxsw/numbers", &[], "listed, of"),
    (Operator, "/manage/bare/numbers", &[], "In numbers"),
    (Operator, "/manage/sxsw/members", &[], "Open invitations"),
    (Operator, "/manage/sxsw/notifications", &[], "What you are told about this hub."),
    (Operator, "/manage/sxsw/categories", &[], "keynotes"),
    (Operator, "/manage/bare/categories", &[], "category"),
    (Operator, "/manage/sxsw/new-category", &[], "Open a category"),
    (
        Operator,
        "/manage/sxsw/new-category",
        &[Type("#title", "Again"), Type("#slug", "keynotes"), SEND],
        "Not saved yet.",
    ),
    (
        Operator,
        "/manage/quiet/new-category",
        &[Type("#title", "Ready"), Type("#slug", "ready"), Press("[name=ping][value=open]"), SEND],
        "Ready is ready",
    ),
    (Operator, "/manage/sxsw/categories/keynotes", &[], "Delete the category for good"),
    (Operator, "/manage/sxsw/categories/keynotes/forwarding", &[], "taken in there"),
    (Operator, "/manage/sxsw/categories/corridor/forwarding", &[], "Posts are not passed on yet."),
    (Operator, "/manage/sxsw/feeds", &[], "/feed.xml"),
    (Operator, "/manage/quiet/feeds", &[], "No feed is followed yet."),
    (Operator, "/manage/sxsw/keys", &[], "Revoke"),
    (
        Operator,
        "/manage/sxsw/keys",
        &[Press(".sure summary")],
        "It stops working at once and for good",
    ),
    (
        Operator,
        "/manage/sxsw/keys",
        &[Type("#names", "Ada\n山田太郎\nالدكتورة ليلى"), SEND],
        "3 ping addresses",
    ),
    (
        Operator,
        "/manage/sxsw/keys",
        &[Type("#names", "Ada"), Type("#hourly", "99999"), SEND],
        "None was made.",
    ),
    (Operator, "/manage/sxsw/readers", &[], "Make another feed address"),
    (Operator, "/manage/sxsw/take-home", &[], "The whole hub in one file"),
    (Operator, "/manage/quiet/take-home", &[], "Not yet."),
    (Operator, "/manage/sxsw/settings", &[], "Delete the hub for good"),
    (
        Operator,
        "/manage/sxsw/settings",
        &[Type("#confirm", "no"), Press(".danger")],
        "Nothing was deleted.",
    ),
    (Operator, "/manage/over/settings", &[], "Open the hub again"),
    (Operator, "/manage/sxsw/look", &[], "Nothing is public before you say so"),
    (Operator, "/manage/word/look", &[], "Prepared, not public yet"),
    (Operator, "/manage/word/look", &[Type("#tickets", "javascript:1"), SEND], "Not kept yet."),
    (Operator, "/manage/word/look/preview", &[], "Code of conduct"),
    (Operator, "/manage/sxsw/next", &[], "This hub is in no series."),
    (
        Operator,
        "/manage/sxsw/next",
        &[
            Type("#slug", "word"),
            Type("#passphrase", "violet-crown"),
            Type("#reading_password", "tell nobody else"),
            SEND,
        ],
        "Not begun yet.",
    ),
    (
        Operator,
        "/manage/word/next",
        &[],
        "leads to the newest hub that is for everybody and has posts",
    ),
    (Operator, "/manage/sxsw/name", &[], "Which name?"),
    (Operator, "/manage/sxsw/freeze", &[], "What ends"),
    (Operator, "/manage/still", &[], "Unfreeze the hub"),
    (Operator, "/manage/still/freeze", &[], "This hub is frozen"),
    (Operator, "/manage/still/settings", &[], "This hub is frozen"),
    (Operator, "/manage/sxsw/about", &[], "About page"),
    (Operator, "/manage/sxsw/about", &[Press("[name=preview]")], "some code"),
    // operators
    (Operator, "/operator", &[], "Operator’s desk"),
    (Operator, "/operator/rules", &[], "replica watches"),
    (
        Operator,
        "/operator/rules",
        &[Type("#pattern", "blog1.example"), Press("[value=refuse]"), Press("[value=try]")],
        "If this rule had held",
    ),
    (Operator, "/operator/invitations", &[], "somebody.who.has.a.rather.long.name"),
    (Operator, "/operator/invitations", &[SEND], "Pass this link on."),
    (Operator, "/operator/jobs", &[], "These failed three times."),
];
