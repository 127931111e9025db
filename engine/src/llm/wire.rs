//! The shapes that providers speak: a request as JSON, and what an answer says.

use serde_json::{Value, json};

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `POST /chat/completions`, as OpenAI, vLLM and many others have it.
    OpenAi,
    /// `POST /v1/messages`.
    Anthropic,
    /// `POST /v1beta/models/NAME:generateContent`.
    Gemini,
    /// `POST /api/chat`; its own shape, for the schema is part of it there.
    Ollama,
}

/// What is asked, whatever the shape.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// Our instructions.
    pub(super) system: String,
    /// The material.
    pub(super) user: String,
    /// Name of the answer's shape.
    pub(super) name: &'static str,
    /// The answer's shape.
    pub(super) schema: Value,
    /// Most tokens of the answer.
    pub(super) max_tokens: u32,
}

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    /// Why it is no answer, where the provider says so.
    pub(super) declined: Option<String>,
    pub(super) tokens_in: Option<i64>,
    pub(super) tokens_out: Option<i64>,
}

impl Protocol {
    /// Where the provider is found when no other address is named.
    pub(super) const fn home(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com",
            Self::Gemini => "https://generativelanguage.googleapis.com",
            Self::Ollama => "http://localhost:11434",
        }
    }

    /// The address of a call. `base` has no slash at its end.
    pub(super) fn url(self, base: &str, model: &str) -> String {
        match self {
            Self::OpenAi => format!("{base}/chat/completions"),
            Self::Anthropic => format!("{}/v1/messages", base.strip_suffix("/v1").unwrap_or(base)),
            Self::Gemini => format!("{base}/v1beta/models/{model}:generateContent"),
            Self::Ollama => format!("{base}/api/chat"),
        }
    }

    /// The headers of a call.
    pub(super) fn headers(self, key: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers =
            vec![("content-type", "application/json".to_owned()), ("accept", "application/json".to_owned())];
        match (self, key) {
            (Self::Anthropic, key) => {
                headers.push(("anthropic-version", "2023-06-01".to_owned()));
                headers.extend(key.map(|key| ("x-api-key", key.to_owned())));
            }
            (Self::Gemini, Some(key)) => headers.push(("x-goog-api-key", key.to_owned())),
            (_, Some(key)) => headers.push(("authorization", format!("Bearer {key}"))),
            (_, None) => {}
        }
        headers
    }

    /// The body of a call. The schema is always sent, in the field that this provider reads.
    pub(super) fn body(self, model: &str, question: &Question) -> Value {
        let Question { system, user, name, schema, max_tokens } = question;
        match self {
            Self::OpenAi => json!({
                "model": model,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "temperature": 0,
                "max_tokens": max_tokens,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": name, "strict": true, "schema": schema},
                },
            }),
            Self::Anthropic => json!({
                "model": model,
                "max_tokens": max_tokens,
                "temperature": 0,
                "system": system,
                "messages": [{"role": "user", "content": user}],
                "output_config": {"format": {"type": "json_schema", "schema": schema}},
            }),
            Self::Gemini => json!({
                "systemInstruction": {"parts": [{"text": system}]},
                "contents": [{"role": "user", "parts": [{"text": user}]}],
                "generationConfig": {
                    "temperature": 0,
                    "maxOutputTokens": max_tokens,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": schema,
                },
            }),
            Self::Ollama => json!({
                "model": model,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "stream": false,
                "format": schema,
                "options": {"temperature": 0, "num_predict": max_tokens},
            }),
        }
    }

    /// Reads an answer. `None` where it has not the shape that it should have.
    pub(super) fn read(self, answer: &Value) -> Option<Said> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let count = |path: &str| answer.pointer(path).and_then(Value::as_i64);
        let joined = |parts: &Value| -> Option<String> {
            let texts: Vec<&str> = parts.as_array()?.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            Some(texts.concat())
        };
        let ends = |reason: Option<&str>, good: &[&str]| -> Option<String> {
            let reason = reason?;
            (!good.contains(&reason)).then(|| format!("it ended with `{reason}`"))
        };
        let said = match self {
            Self::OpenAi => {
                let choice = answer.pointer("/choices/0")?;
                let refusal = choice.pointer("/message/refusal").and_then(Value::as_str);
                let reason = choice.get("finish_reason").and_then(Value::as_str);
                Said {
                    text: choice.pointer("/message/content").and_then(text).unwrap_or_default(),
                    declined: refusal.map(|why| format!("it declined: {why}")).or_else(|| ends(reason, &["stop"])),
                    tokens_in: count("/usage/prompt_tokens"),
                    tokens_out: count("/usage/completion_tokens"),
                }
            }
            Self::Anthropic => Said {
                text: joined(answer.get("content")?)?,
                declined: ends(answer.get("stop_reason").and_then(Value::as_str), &["end_turn", "stop_sequence"]),
                tokens_in: count("/usage/input_tokens"),
                tokens_out: count("/usage/output_tokens"),
            },
            Self::Gemini => {
                let blocked = answer.pointer("/promptFeedback/blockReason").and_then(Value::as_str);
                let candidate = answer.pointer("/candidates/0");
                if candidate.is_none() && blocked.is_none() {
                    return None;
                }
                let reason = candidate.and_then(|one| one.get("finishReason")).and_then(Value::as_str);
                Said {
                    text: candidate.and_then(|one| joined(one.pointer("/content/parts")?)).unwrap_or_default(),
                    declined: blocked.map(|why| format!("it was blocked: {why}")).or_else(|| ends(reason, &["STOP"])),
                    tokens_in: count("/usageMetadata/promptTokenCount"),
                    tokens_out: count("/usageMetadata/candidatesTokenCount"),
                }
            }
            Self::Ollama => Said {
                text: answer.pointer("/message/content").and_then(text)?,
                declined: ends(answer.get("done_reason").and_then(Value::as_str), &["stop"]),
                tokens_in: count("/prompt_eval_count"),
                tokens_out: count("/eval_count"),
            },
        };
        Some(said)
    }
}

/// What a provider says went wrong, in a few words.
pub(super) fn complaint(body: &str) -> String {
    let read: Option<Value> = serde_json::from_str(body).ok();
    let message = read.as_ref().and_then(|body| {
        let error = body.get("error")?;
        error.get("message").and_then(Value::as_str).or_else(|| error.as_str())
    });
    message.unwrap_or(body).chars().filter(|one| !one.is_control()).take(300).collect()
}
