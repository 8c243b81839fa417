//! Invitations to the instance, where sign-up is open and where it is not.

use backchannel::config::SignUp;

use crate::harness::{Database, PASSWORD, Site, days, link_in};

async fn link(operator: &mut crate::harness::Browser) -> String {
    operator.open("/operator/invitations").await;
    let page = operator.submit("/operator/invitations", &[]).await;
    let link = page.has_status(200).one_text(".copy code");
    link[link.find("/invite/").expect("a link")..].to_owned()
}

story! {
    async fn by_mail_and_by_link(site) {
        let mut operator = site.operator().await;
        operator.open("/operator").await.says("Invitations");
        operator.open("/operator/invitations").await.says("None is open");
        operator.submit("/operator/invitations", &[("email", "ada@example.org")]).await
            .redirects_to("/operator/invitations");
        let mail = site.mails().await.pop().expect("an invitation");
        let mailed = link_in(&mail, "/invite/");
        let mut ada = site.browser();
        ada.open(&mailed).await.says("Op invites you").says("ada@example.org");
        ada.submit("/invite/", &[("name", "Ada"), ("password", PASSWORD)]).await.redirects_to("/manage");
        ada.open("/manage").await.has_status(200);
        ada.open("/operator").await.has_status(404);
        site.browser().open(&mailed).await.has_status(404);

        let given = link(&mut operator).await;
        operator.open("/operator/invitations").await.says("By a link").never_says(&given);
        // Whoever has an account has no use for it, and does not use it up.
        ada.open(&given).await.says("you have an account already");
        let (_, fields) = ada.open("/account").await.form("/account/name");
        ada.post(&given, &fields).await.redirects_to(&given);
        operator.open("/operator/invitations").await;
        operator.submit("/operator/invitations/", &[]).await.redirects_to("/operator/invitations");
        ada.open(&given).await.has_status(404);

        let late = link(&mut operator).await;
        site.advance(days(8));
        ada.open(&late).await.has_status(404);
        operator.open("/operator/invitations").await.redirects_to("/signin");
    }

    async fn what_a_suspended_account_offers_nobody_takes(site) {
        let mut operator = site.operator().await;
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        ada.submit("/manage/new", &[("title", "Ada’s hub"), ("slug", "sxsw")]).await;
        ada.open("/manage/sxsw/members").await;
        let page = ada.submit("/manage/sxsw/invitations", &[("role", "moderator")]).await;
        let link = page.one_text(".copy code");
        let link = link.strip_prefix(&site.base).expect("ours").to_owned();
        site.browser().open(&link).await.has_status(200);
        let action = operator.open("/operator").await.action_beside("ada@example.org · since", "/suspend");
        operator.submit(&action, &[]).await;
        site.browser().open(&link).await.has_status(404);
    }
}

#[tokio::test]
async fn an_invited_person_signs_up_where_nobody_else_may() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.accounts.sign_up = Some(SignUp::Closed);
    })
    .await;
    let mut operator = site.operator().await;
    site.browser().open("/signup").await.says("given out by whoever runs it");
    let given = link(&mut operator).await;
    let mut ada = site.browser();
    ada.open(&given).await;
    ada.submit("/invite/", &[("email", "ada@example.org")]).await.says("Check your mail");
    let mail = site.mails().await.pop().expect("a mail");
    ada.open(&link_in(&mail, "/signup/")).await;
    ada.submit("/signup/", &[("name", "Ada"), ("password", PASSWORD)])
        .await
        .redirects_to("/manage");
    site.browser().open(&given).await.has_status(404);
}
