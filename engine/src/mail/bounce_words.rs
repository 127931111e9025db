//! The words by which mail systems speak of failure, and what they mean.
//!
//! Each list is one text with `|` between its words, all in lower case.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Why a delivery failed, as far as words can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// No such mailbox or domain, or moved for good.
    Unknown,
    /// The mailbox or the disk is full.
    Full,
    /// Given up after waiting; the network failed.
    Expired,
    /// Refused for who sent it or what it holds, or the account is closed for now.
    Refused,
}

/// That a mail could not be delivered, in the languages of large providers.
const FAILURE: &str = "\
    undeliver|not deliver|non-deliver|nondeliver|non deliver|delivery status|delivery fail|\
    delivery has failed|delivery error|delivery notification|delivery problem|delivery report|\
    delivery incomplete|failed delivery|failure delivery|delivery of|returned mail|returned to sender|\
    returning message|mail returned|message returned|failure notice|failed mail|mail failure|mail error|\
    error sending|mail system error|message status|delay|warning: could not send|not be delivered|\
    unable to deliver|able to deliver|couldn't be delivered|couldn't deliver|cannot deliver|could not deliver|\
    cannot be delivered|not been delivered|wasn't delivered|was not delivered|did not reach|didn't reach|\
    hadn't been delivered|following address|following recipient|following destination|had delivery problems|\
    fatal errors|permanent error|user unknown|unknown user|unknown address|no such user|mailbox is full|\
    mailbox full|not member|host unknown|failure reasons|message could not|bounce|rejected|undelivered|\
    unzustellbar|nicht zugestellt|zustellung|non remis|n'a pas pu être|n'a pas été|non distribu|\
    no se ha podido entregar|no se pudo entregar|no entregado|mancato recapito|impossibile recapitare|\
    não foi entregue|falha na entrega|onbestelbaar|не доставлено|не может быть|недоставлен|エラー通知|送信できません|\
    配信できません|退信|无法投递|传输失败|投递失败|未能送达|mail failed|has been returned because|not a member|not been delivered|\
    loop alert";

/// Refusals that also use words of other causes, so they are tried first.
const CERTAIN_REFUSAL: &str = "\
    refused after data|sender address|after mail from|sender was rejected|is disabled|account disabled|\
    been disabled|suspended|account is locked|inactive|may not have permission|end of data|smtp command data|\
    not like our final data";

/// The mailbox or disk is full, or the mail too big for it.
const FULL: &str = "\
    mailbox full|mailbox is full|mailbox for user is full|quota|over its storage|is full|\
    exceeded the local limit|exceeded storage|exceeds allotted|insufficient storage|insufficient disk|\
    not enough space|not enough storage|too much mail|mailfolder is full|out of storage|no space left|\
    storage allocation|一杯|maildir over|inbox is full|mbox full|size limit|too large|too big|exceeded its|\
    diskspace";

/// Time ran out.
const EXPIRED: &str = "\
    timed out|timeout|too long|deferred|will be deleted from queue|connection refused|retry time|gave up|\
    delivery time expired|could not be delivered for|cannot contact|unable to contact|delivery attempts|\
    connection lost|lost connection|unreachable|expired|delayed|not responding|no route to host|loop|\
    temporar";

/// There is no such address.
const UNKNOWN: &str = "\
    user unknown|unknown user|no such user|no such person|no such mailbox|no such recipient|no such address|\
    no such account|no such local|user not found|user doesn't|user does not exist|does not exist|\
    doesn't exist|not exist|unknown address|unknown recipient|unknown local|unknown mailbox|recipient unknown|\
    address unknown|invalid recipient|invalid mailbox|invalid address|invalid user|bad destination mailbox|\
    bad address|recipient not found|mailbox not found|recipientnotfound|not found by smtp address lookup|\
    not listed in|no mailbox here|no mailbox by that name|not a known user|not our customer|user not known|\
    account that you tried to reach|is not a valid|not a valid mailbox|unrouteable address|\
    unrouteable mail domain|unroutable|host unknown|unknown host|host not found|domain not found|\
    no such domain|no such host|nxdomain|name or service not known|nonexistent domain|domain does not exist|\
    couldn't find any host|couldn't find a mail exchanger|mail exchanger or ip|null mx|does not accept mail|\
    nullmx|has moved|moved to|no longer|illegal host/domain|unknown domain|not a local|no one by that name|\
    no account by that name|delivery to the following recipient failed permanently: user|isn't a known|\
    rejected address|not known at this site|domain name not found|all relevant mx records point to non-existent|\
    no smtp service|delivery userid|mailbox unavailable|domain is not reachable|lookup failure: host|リストにありません|\
    user not listed|couldn't be found|wasn't found|lookup failed|there is no user|unknown or illegal|\
    domain you sent to|non-existent|does not like recipient";

/// Refusals for policy; their words are everywhere, so they are tried last.
const REFUSED: &str = "\
    spam|blocked|block list|blacklist|blocklist|dmarc|spf|dkim|policy|reputation|relay|denied|\
    reverse dns|ptr|virus|content|suspended|disabled|inactive|locked|frozen|prohibited|not permitted|\
    not allowed|sender|unsolicited|authenticat|blocked using|refused|banned|limit";

static FAILURE_MATCHER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| matcher(FAILURE));

static CAUSES: LazyLock<Vec<(Cause, AhoCorasick)>> = LazyLock::new(|| {
    let order = [
        (Cause::Refused, CERTAIN_REFUSAL),
        (Cause::Full, FULL),
        (Cause::Expired, EXPIRED),
        (Cause::Unknown, UNKNOWN),
        (Cause::Refused, REFUSED),
    ];
    order.into_iter().filter_map(|(cause, words)| Some((cause, matcher(words)?))).collect()
});

fn matcher(words: &str) -> Option<AhoCorasick> {
    AhoCorasick::new(words.split('|')).ok()
}

/// True when a text says that a mail could not be delivered.
pub(super) fn says_failure(text: &str) -> bool {
    FAILURE_MATCHER.as_ref().is_some_and(|matcher| matcher.is_match(&text.to_lowercase()))
}

/// The cause that a server's words name, if any.
pub(super) fn cause(reason: &str) -> Option<Cause> {
    let dense = reason.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    CAUSES.iter().find(|(_, matcher)| matcher.is_match(&dense)).map(|(cause, _)| *cause)
}

/// True when the notification says that the mail was refused only after its content had been seen: a filter's work,
/// whatever the refusal's words.
pub(super) fn refused_after_data(words: &str) -> bool {
    let lower = words.to_lowercase();
    [
        "in reply to end of data",
        "after end of data",
        ">>> data",
        "smtp command data",
        "-smtp command\ndata",
        "like our final data",
    ]
    .iter()
    .any(|mark| lower.contains(mark))
}
