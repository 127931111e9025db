//! Replies from the policy's templates.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::TEMPLATE;
use super::values::{first_name, one_line, tidy};
use crate::domain::ChannelKind;
use crate::mail::reply_subject;
use crate::ports::{DraftError, DraftInput, DraftText, Drafter};

/// What a template may name. Text that the contact wrote is not among it.
const VARIABLES: [&str; 7] = ["contact_name", "first_name", "subject", "ai_agent", "workspace", "channel", "intent"];
/// Steps that one rendering may take; a page of text takes a few hundred.
const FUEL: u64 = 50_000;
/// Longest reply, in characters.
const MAX_CHARS: usize = 20_000;
/// Longest name of a contact, an AI agent or a workspace, in characters.
const MAX_NAME: usize = 80;
/// Longest subject that a template sees, in characters.
const MAX_SUBJECT: usize = 200;

/// Fills the templates of one policy.
///
/// Templates are in the Jinja language as `minijinja` has it, without a loader: they can include each other and nothing
/// else. Printing a value that is not known fails the draft, so that no reply says `Hello ,`; a template that can do
/// without says `{{ first_name | default("there") }}`. `contact_name`, `first_name` and `subject` may be unknown.
#[derive(Debug)]
pub struct TemplateDrafter {
    environment: Environment<'static>,
    names: BTreeSet<String>,
}

impl TemplateDrafter {
    /// Parses all templates, by name.
    ///
    /// # Errors
    /// [`DraftError::Template`] for the first template, by name, that does not parse or names a variable that no draft
    /// has; the reason gives the line.
    pub fn new(templates: BTreeMap<String, String>) -> Result<Self, DraftError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        // A line that holds nothing but a block leaves no line behind.
        if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            environment.set_syntax(syntax);
        }
        // Prints every value there is: of no use in a reply.
        environment.remove_global("debug");
        let names = templates.keys().cloned().collect();
        for (name, source) in templates {
            let unknown = first_unknown(&mut environment, &name, source).map_err(|error| failure(&name, &error))?;
            if let Some(reason) = unknown {
                return Err(DraftError::Template { name, reason });
            }
        }
        Ok(Self { environment, names })
    }

    /// Names of the templates, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Fills the template that the input names: the same as [`Drafter::draft`].
    ///
    /// # Errors
    /// [`DraftError::NoDrafter`] when there is no such template; [`DraftError::Template`] when it fails, prints an
    /// unknown value, gives no text, or gives more than 20,000 characters or the policy's number of words.
    pub fn render(&self, input: &DraftInput<'_>) -> Result<DraftText, DraftError> {
        let name = match (input.template, input.model) {
            (Some(name), _) | (None, Some(name)) if self.names.contains(name) => name,
            (Some(name), _) | (None, Some(name)) => return Err(DraftError::NoDrafter(name.to_owned())),
            (None, None) => return Err(DraftError::NoDrafter(input.intent.to_owned())),
        };
        let refuse = |reason: String| DraftError::Template { name: name.to_owned(), reason };
        let template = self.environment.get_template(name).map_err(|error| failure(name, &error))?;
        let rendered = template.render(values(input)).map_err(|error| failure(name, &error))?;
        let body_text = tidy(&rendered);
        if body_text.is_empty() {
            return Err(refuse("it gives no text".to_owned()));
        }
        let characters = body_text.chars().count();
        if characters > MAX_CHARS {
            return Err(refuse(format!("it gives {characters} characters, more than {MAX_CHARS}")));
        }
        let words = body_text.split_whitespace().count();
        if let Some(most) = input.max_words.filter(|most| words > *most as usize) {
            return Err(refuse(format!("it gives {words} words, more than the {most} that the policy allows")));
        }
        let subject = (input.channel == ChannelKind::Email).then(|| reply_subject(input.subject.unwrap_or_default()));
        Ok(DraftText { subject, body_text, source: format!("{TEMPLATE}{name}"), rests_on: Vec::new() })
    }
}

#[async_trait]
impl Drafter for TemplateDrafter {
    fn is_free(&self) -> bool {
        true
    }

    async fn draft(&self, input: &DraftInput<'_>) -> Result<DraftText, DraftError> {
        self.render(input)
    }
}

/// Adds a template; a message about the first variable, by name, that no draft has.
fn first_unknown(
    environment: &mut Environment<'static>,
    name: &str,
    source: String,
) -> Result<Option<String>, minijinja::Error> {
    environment.add_template_owned(name.to_owned(), source.clone())?;
    let known =
        |variable: &str| VARIABLES.contains(&variable) || environment.globals().any(|(global, _)| global == variable);
    let used: BTreeSet<String> = environment.get_template(name)?.undeclared_variables(false).into_iter().collect();
    Ok(used.into_iter().find(|variable| !known(variable)).map(|variable| {
        let at = source.lines().position(|line| line.contains(&variable)).map_or(1, |line| line + 1);
        format!("line {at}: there is no variable `{variable}`; there are {}", VARIABLES.join(", "))
    }))
}

fn failure(name: &str, error: &minijinja::Error) -> DraftError {
    let what = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    // The error may come from a template that this one includes.
    let place = match (error.line(), error.name()) {
        (Some(line), Some(other)) if other != name => format!("`{other}` line {line}: "),
        (Some(line), _) => format!("line {line}: "),
        (None, _) => String::new(),
    };
    DraftError::Template { name: name.to_owned(), reason: format!("{place}{what}") }
}

/// The variables, each one line of plain text. Unknown and empty ones are left undefined.
fn values(input: &DraftInput<'_>) -> Value {
    let contact_name = input.contact_name.map(|name| one_line(name, MAX_NAME));
    let values = [
        ("first_name", contact_name.as_deref().and_then(first_name)),
        ("contact_name", contact_name),
        ("subject", input.subject.map(|subject| one_line(subject, MAX_SUBJECT))),
        ("ai_agent", Some(one_line(input.ai_agent, MAX_NAME))),
        ("workspace", Some(one_line(input.workspace, MAX_NAME))),
        ("channel", Some(input.channel.as_str().to_owned())),
        ("intent", Some(input.intent.to_owned())),
    ];
    let known = values.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    Value::from(known.collect::<BTreeMap<_, _>>())
}
