//! `list`: the conversation list on a full store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::Db;
use remit_engine::store::inbox::{InboxRow, page};
use remit_engine::store::read::{ConversationFilter, Only};

use crate::figure::Durations;
use crate::find;
use crate::inbox::{Inbox, Letter, receive_all};
use crate::store::{Durability, durability, with_fresh};
use crate::{BenchError, Figure, Settings};

const CONVERSATIONS: usize = 20_000;
/// Pages read for each figure at most, and at least.
const READS: usize = 500;
const FEWEST_READS: usize = 20;
/// Between the two, reading ends after this time.
const READ_FOR: Duration = Duration::from_secs(10);
const WARM_UP: usize = 5;
/// Rows the product reads for a page: 25 and one that says whether there is a next page.
const PAGE: i64 = 26;
/// How deep the deep page is, as a share of all conversations.
const DEPTH: f64 = 0.9;
/// Callers that fill the store; as many as share one transaction at most.
const SENDERS: usize = 256;

/// Stores `count` conversations over all channels, then reads pages of the list as the product does, one at a time.
///
/// # Errors
/// [`BenchError`] when the store cannot be made or filled.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    with_fresh(settings, async |db, _, _| measure(settings, db).await).await
}

/// Where a page begins: before this time and id.
type Cursor = (i64, String);

async fn measure(settings: &Settings, db: &Db) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(CONVERSATIONS);
    let Durability(promise) = durability(db).await?;
    let inbox = Inbox::new(db).await?;
    let inbox = Arc::new(inbox);
    let begin = Instant::now();
    receive_all(&inbox, letters(count), SENDERS).await?;
    let filling = begin.elapsed();

    let rep = inbox.rep.id.as_str();
    let top: Cursor = (i64::MAX, "~".to_owned());
    let deep = descend(db, rep, top.clone(), (count as f64 * DEPTH) as usize).await?;
    let all = ConversationFilter::default();
    let unread = ConversationFilter { only: Only::UnreadBy(rep), ..all };
    let chat = ConversationFilter { channel: Some(ChannelKind::Chat.as_str()), ..all };

    let first = timed(db, rep, all, &top).await?;
    let further = timed(db, rep, all, &deep).await?;
    let of_unread = timed(db, rep, unread, &top).await?;
    let of_channel = timed(db, rep, chat, &top).await?;
    // A message and a contact each.
    let found = find::measure(&inbox.engine, 2 * count).await?;

    let figure = |name, value, unit| {
        let figure = Figure::new("list", name, value, unit).about("store", settings.store.as_str());
        figure.about("n", count).about("durability", promise.clone())
    };
    let page = |name, durations: &Durations, share| {
        figure(name, durations.quantile_ms(share), "ms").about("rows", PAGE).about("reads", durations.len())
    };
    Ok(vec![
        page("p50_ms", &first, 0.5),
        page("p99_ms", &first, 0.99),
        page("deep_p50_ms", &further, 0.5).about("depth", DEPTH),
        page("deep_p99_ms", &further, 0.99).about("depth", DEPTH),
        page("unread_p50_ms", &of_unread, 0.5),
        page("unread_p99_ms", &of_unread, 0.99),
        page("channel_p50_ms", &of_channel, 0.5),
        page("channel_p99_ms", &of_channel, 0.99),
        figure("search_p50_ms", found.all.quantile_ms(0.5), "ms").about("reads", found.all.len()),
        figure("search_p99_ms", found.all.quantile_ms(0.99), "ms").about("reads", found.all.len()),
        figure("indexed_per_s", found.indexed_per_s, "1/s"),
        figure("stored_per_s", count as f64 / filling.as_secs_f64(), "1/s").about("senders", SENDERS),
    ])
}

/// One message each from `count` visitors, over all channels in turn.
fn letters(count: usize) -> Vec<Letter> {
    let letter = |at: usize| Letter {
        external_id: format!("bench-{at}"),
        visitor: at.to_string(),
        text: at,
        kind: ChannelKind::ALL.get(at % ChannelKind::ALL.len()).copied().unwrap_or(ChannelKind::Chat),
    };
    (0..count).map(letter).collect()
}

/// One page, with the connection it needs.
async fn read_page(
    db: &Db,
    rep: &str,
    filter: ConversationFilter<'_>,
    (before, before_id): &Cursor,
    rows: i64,
) -> Result<Vec<InboxRow>, BenchError> {
    let mut reader = db.read().await?;
    Ok(page(&mut reader.conn(), DEFAULT_WORKSPACE, rep, filter, (*before, before_id), rows).await?)
}

async fn timed(db: &Db, rep: &str, filter: ConversationFilter<'_>, from: &Cursor) -> Result<Durations, BenchError> {
    let mut durations = Durations::with_capacity(READS);
    let began = Instant::now();
    for read in 0..WARM_UP + READS {
        let begin = Instant::now();
        let rows = read_page(db, rep, filter, from, PAGE).await?;
        let took = begin.elapsed();
        if rows.is_empty() {
            return Err(BenchError::Unexpected(format!("the list is empty with {filter:?}")));
        }
        if read >= WARM_UP {
            durations.push(took);
        }
        if durations.len() >= FEWEST_READS && began.elapsed() > READ_FOR {
            break;
        }
    }
    Ok(durations)
}

/// The cursor after `rows` conversations.
async fn descend(db: &Db, rep: &str, from: Cursor, rows: usize) -> Result<Cursor, BenchError> {
    let (mut cursor, mut left) = (from, rows);
    while left > 0 {
        let wanted = left.min(1_000);
        let page =
            read_page(db, rep, ConversationFilter::default(), &cursor, i64::try_from(wanted).unwrap_or(1)).await?;
        let Some(last) = page.last().filter(|_| page.len() == wanted) else {
            return Err(BenchError::Unexpected(format!("{left} conversations are not in the list")));
        };
        cursor = (last.conversation.last_activity_at, last.conversation.id.clone());
        left -= wanted;
    }
    Ok(cursor)
}
