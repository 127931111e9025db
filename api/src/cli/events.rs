//! `remit events`: what happens, as it happens.

use clap::Subcommand;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::events::hub::Heard;
use remit_engine::events::{Event, Place, Wanted, is_kind, time};

use super::shell::Shell;
use super::{Done, Failure, Global};

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Print events as they happen, until interrupted
    #[command(after_help = "Example: remit events tail --types 'message.*' --json")]
    Tail {
        /// Begin after this place: `seq` of an event [default: now]
        #[arg(long, value_name = "SEQ", conflicts_with = "all")]
        after: Option<Place>,
        /// Begin with the oldest event there is
        #[arg(long)]
        all: bool,
        /// Print what is there and stop
        #[arg(long)]
        once: bool,
        /// Only these types; `message.*` stands for all that begin so
        #[arg(long, value_name = "TYPE", value_delimiter = ',', value_parser = kind)]
        types: Vec<String>,
        /// Only what happened in this conversation
        #[arg(long, value_name = "ID")]
        conversation: Option<String>,
    },
}

fn kind(text: &str) -> Result<String, String> {
    if is_kind(text) {
        Ok(text.to_owned())
    } else {
        Err("no type of event, such as message.sent or message.*".to_owned())
    }
}

pub(crate) async fn run(global: Global, command: EventsCommand) -> Done {
    let EventsCommand::Tail { after, all, once, types, conversation } = command;
    let shell = Shell::open(&global).await?;
    let hub = shell.engine.events();
    let wanted = Wanted { kinds: types, conversation_id: conversation };
    let begin = match after {
        Some(place) => place,
        None if all => hub.oldest().await?,
        None => hub.last().await?,
    };
    if once {
        let mut place = begin;
        loop {
            let (events, next, is_all) = hub.page(DEFAULT_WORKSPACE, place, &wanted, 256).await?;
            events.iter().for_each(|told| print(&told.event, &told.json, global.json));
            place = next;
            if is_all {
                return Ok(0);
            }
        }
    }
    let mut listener = hub.listen(DEFAULT_WORKSPACE, Some(begin), wanted).await?;
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    loop {
        let heard = tokio::select! {
            heard = listener.next() => heard?,
            _ = &mut interrupted => return Ok(130),
        };
        match heard {
            Heard::Events(events) => events.iter().for_each(|told| print(&told.event, &told.json, global.json)),
            Heard::Closed => return Ok(0),
            Heard::Reset => {
                return Err(Failure::new("events went away before they could be printed").hint("begin anew"));
            }
        }
    }
}

fn print(event: &Event, json: &str, as_json: bool) {
    if as_json {
        println!("{json}");
        return;
    }
    let who = event.actor_name.as_deref().unwrap_or(&event.actor_kind);
    let conversation = event.conversation_id.as_deref().unwrap_or("-");
    let data = serde_json::Value::Object(event.data.clone());
    println!("{}  {:<24}  {who:<12}  {conversation}  {data}", time(event.at), event.kind);
}
