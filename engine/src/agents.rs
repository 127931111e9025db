//! AI agents by themselves: which there are and where they answer, changed without writing the rest of the policy.
//!
//! They stand in the policy, in lines such as `agent ada "Intake" on email, chat`, and nowhere else: rules name them, proofs and
//! replays count with them. To change them is to put another version in force, with the same tests and the same
//! acknowledgement before it. Only the agents' lines change; the file is laid out anew where it was not as `remit fmt` has it.

use remit_dsl::{AiAgent, tree};
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::publish::{Acknowledged, By, PublishError, Review, version};

/// Why agents were not changed. The policy before stays in force.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// Another policy is in force than the one that was seen.
    #[error("another policy is in force than the one that was seen")]
    OtherPolicy,
    /// They cannot be declared like that; why.
    #[error("{0}")]
    Undeclarable(String),
    /// What stands between the new version and its coming into force.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl Engine {
    /// Puts a version in force that is the one `seen` (its digest) with these agents, in this order: where two answer on one
    /// channel, the first one does. `None` when they are as they were.
    ///
    /// Where the difference must be acknowledged first, the version is kept, so that it can be seen; it is not in force then.
    ///
    /// # Errors
    /// [`AgentsError`] says what is in the way.
    pub async fn set_agents(
        &self,
        workspace: &str,
        seen: &str,
        agents: &[AiAgent],
        acknowledged: Option<Acknowledged<'_>>,
        by: By<'_>,
    ) -> Result<Option<Review>, AgentsError> {
        let now = self.policies().in_force(self.db(), workspace).await.map_err(PublishError::from)?;
        let policy = &now.policy;
        if policy.digest() != seen {
            return Err(AgentsError::OtherPolicy);
        }
        if policy.ai_agents() == agents {
            return Ok(None);
        }
        let mut files = policy.files().clone();
        let text = files.get(policy.root()).map(String::as_str).unwrap_or_default();
        let text = declared(text, agents).map_err(AgentsError::Undeclarable)?;
        files.insert(policy.root().to_owned(), text);
        let prepared = self.prepared(policy.root(), &files).await.map_err(PublishError::from)?;
        if prepared.in_force.policy.ai_agents() != agents {
            let why = "an imported file declares agents, too: they are changed there".to_owned();
            return Err(AgentsError::Undeclarable(why));
        }
        let kept = version(&prepared.in_force).map_err(PublishError::from)?;
        let done = self.put_prepared_in_force(workspace, prepared, acknowledged, by, "published").await;
        if let Err(PublishError::NotAcknowledged(_) | PublishError::OtherDifference(_)) = &done {
            self.commit_writes(workspace, vec![kept]).await.map_err(PublishError::from)?;
        }
        Ok(Some(done?))
    }
}

/// The text of a policy file with these agents instead of its own, where the first of them stood; at its end where it had none.
/// An agent that stays keeps the comments at its line.
fn declared(text: &str, agents: &[AiAgent]) -> Result<String, String> {
    let said = |found: Vec<remit_dsl::Diagnostic>| found.first().map_or_else(String::new, |one| one.message.clone());
    let mut file = tree::to_json(text).map_err(said)?;
    // A file that declares nothing has none.
    let items = file.as_object_mut().ok_or("the file is no tree")?.entry("items").or_insert_with(|| json!([]));
    let items = items.as_array_mut().ok_or("the file has no list of items")?;
    let is_agent = |item: &Value| item["item"] == "agent";
    let place = items.iter().position(is_agent).unwrap_or(items.len());
    let (before, mut others): (Vec<Value>, Vec<Value>) = items.drain(..).partition(is_agent);
    let lines = agents.iter().map(|agent| {
        let mut line = before.iter().find(|item| item["name"] == agent.name.as_str()).cloned();
        let line = line.get_or_insert_with(|| json!({ "item": "agent", "name": agent.name }));
        line["channels"] = json!(agent.channels);
        match (&agent.title, line.as_object_mut()) {
            (Some(title), _) => line["title"] = json!(title),
            (None, Some(line)) => {
                line.remove("title");
            }
            (None, None) => {}
        }
        line.take()
    });
    let lines: Vec<Value> = lines.collect();
    others.splice(place..place, lines);
    *items = others;
    let text = tree::from_json(&file).map_err(|error| error.to_string())?;
    // A name may be a word of the language.
    tree::to_json(&text).map_err(said).map(|_| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "remit 1\npolicy test \"For tests\"\n\n# Who is first?\nagent ada \"Intake\" on email, chat  # tried\n\
                        team inbox\nagent bob on sms\n";

    fn agent(name: &str, title: Option<&str>, channels: &[&str]) -> AiAgent {
        let channels = channels.iter().map(|channel| (*channel).to_owned()).collect();
        AiAgent { name: name.to_owned(), title: title.map(str::to_owned), channels }
    }

    #[test]
    fn only_the_lines_of_agents_change_and_comments_stay() {
        let agents = [agent("cleo", Some("A \"new\" one"), &["voice"]), agent("ada", None, &["email"])];
        let text = declared(TEXT, &agents).unwrap();
        assert!(text.contains("agent cleo \"A \\\"new\\\" one\" on voice\n"), "{text}");
        assert!(text.contains("# Who is first?\nagent ada on email  # tried\n"), "{text}");
        assert!(text.contains("team inbox") && !text.contains("bob"), "{text}");
        assert_eq!(declared(&text, &agents).unwrap(), text);
        let none = "remit 1\npolicy test \"For tests\"\n";
        let first = declared(none, &agents).unwrap();
        // Neighbours stand in columns, as everywhere.
        assert!(first.starts_with(none) && first.ends_with("\nagent ada  on email\n"), "{first:?}");
        assert!(!declared(TEXT, &[]).unwrap().contains("agent"));
    }

    #[test]
    fn no_text_of_an_agent_can_add_a_rule() {
        for (name, title, channel) in [
            ("ada\nnever send", None, "email"),
            ("ada", Some("x\"\nmode full"), "email"),
            ("ada", None, "email\nautonomy full"),
            ("for", None, "email"),
            ("", None, "email"),
        ] {
            assert!(declared(TEXT, &[agent(name, title, &[channel])]).is_err(), "{name} {title:?} {channel}");
        }
        assert!(declared(TEXT, &[agent("ada", None, &[])]).is_err(), "an agent answers somewhere");
    }
}
