//! The language model tier on its real code, against a server that answers as it is told, for each protocol.
#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use remit_engine::classify::EmbeddedClassifier;
use remit_engine::domain::ChannelKind;
use remit_engine::draft::check::Passage;
use remit_engine::llm::{
    Breaker, ClassifyQuestion, DraftQuestion, Endpoint, HttpModel, LanguageModel, LlmClassifier, LlmError, Price,
    Protocol, prompt,
};
use remit_engine::ports::{Classifier, ClassifyError, ClassifyInput, Part};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with the next call.
#[derive(Debug, Clone)]
enum Next {
    /// Answers with this status, these header lines and this body.
    Answer(u16, &'static str, String),
    /// Says how long the body is, and hangs up half-way.
    Cut(String),
    /// Says nothing.
    Silence,
}

#[derive(Debug, Clone, Default)]
struct Heard {
    head: String,
    body: Value,
}

struct Provider {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Provider {
    async fn start(script: Vec<Next>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let next = script.lock().unwrap().pop_front();
                tokio::spawn(serve(stream, next, Arc::clone(&log)));
            }
        });
        Self { url, heard }
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, next: Option<Next>, log: Arc<Mutex<Vec<Heard>>>) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&part[..read]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse::<usize>();
            bytes.drain(..at + 4);
            break (head, length.unwrap());
        }
    };
    while bytes.len() < length {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap_or(0);
        bytes.extend_from_slice(&part[..read]);
    }
    log.lock().unwrap().push(Heard { head, body: serde_json::from_slice(&bytes).unwrap() });
    let answer = match next.unwrap_or(Next::Answer(500, "", "{\"error\":\"the script is at its end\"}".to_owned())) {
        Next::Answer(status, headers, body) => {
            format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
                body.len()
            )
        }
        Next::Cut(body) => {
            let half = &body[..body.len() / 2];
            format!("HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{half}", body.len())
        }
        Next::Silence => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            return;
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

const PROTOCOLS: [Protocol; 4] = [Protocol::OpenAi, Protocol::Anthropic, Protocol::Gemini, Protocol::Ollama];

/// A good answer of a provider, saying this text.
fn says(protocol: Protocol, text: &str) -> Next {
    ends(protocol, text, None)
}

/// The same with another ending: `refusal`, `length`.
fn ends(protocol: Protocol, text: &str, reason: Option<&str>) -> Next {
    let body = match protocol {
        Protocol::OpenAi => json!({
            "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": reason.unwrap_or("stop")}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 200},
        }),
        Protocol::Anthropic => json!({
            "content": [{"type": "text", "text": text}],
            "stop_reason": reason.unwrap_or("end_turn"),
            "usage": {"input_tokens": 1000, "output_tokens": 200},
        }),
        Protocol::Gemini => json!({
            "candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": reason.unwrap_or("STOP")}],
            "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 200},
        }),
        Protocol::Ollama => json!({
            "message": {"role": "assistant", "content": text},
            "done_reason": reason.unwrap_or("stop"),
            "prompt_eval_count": 1000,
            "eval_count": 200,
        }),
    };
    Next::Answer(200, "", body.to_string())
}

fn model(provider: &Provider, protocol: Protocol, change: impl FnOnce(&mut Endpoint)) -> HttpModel {
    let mut endpoint = Endpoint {
        backend: "test".to_owned(),
        protocol,
        model: "small-1".to_owned(),
        base_url: Some(provider.url.clone()),
        key: Some("k3y".to_owned()),
        within: Duration::from_secs(20),
        price: Price { input: 2_500_000, output: 10_000_000 },
        mask: false,
    };
    change(&mut endpoint);
    HttpModel::new(endpoint, "0123456789").unwrap()
}

const TEXT: &str = "Hi, how long do you keep backups? Write to lena@x.example";

fn intents() -> Vec<(String, Option<String>)> {
    vec![("question".to_owned(), Some("Something to explain".to_owned())), ("thanks".to_owned(), None)]
}

fn question(intents: &[(String, Option<String>)]) -> ClassifyQuestion<'_> {
    ClassifyQuestion { channel: ChannelKind::Email, subject: Some("Backups"), text: TEXT, intents }
}

const GOOD: &str = r#"{"intent":"question","confidence":0.9,"evidence":"how long do you keep"}"#;

#[tokio::test]
async fn a_good_answer_is_taken_and_all_of_it_is_kept() {
    for protocol in PROTOCOLS {
        let provider = Provider::start(vec![says(protocol, GOOD)]).await;
        let model = model(&provider, protocol, |_| {});
        let asked = model.classify(&question(&intents())).await;
        let said = asked.answer.unwrap();
        assert_eq!((said.intent.as_deref(), said.confidence), (Some("question"), 0.9), "{protocol:?}");
        let [call] = asked.calls.as_slice() else { panic!("{:?}", asked.calls) };
        assert_eq!((call.purpose, call.model.as_str()), ("classify", "test:small-1"));
        assert_eq!((call.tokens_in, call.tokens_out, call.cost_micros), (Some(1000), Some(200), Some(4500)));
        assert!(call.answer.as_deref().unwrap().contains("how long do you keep") && call.error.is_none());
        let heard = provider.heard().remove(0);
        assert_eq!(serde_json::from_str::<Value>(&call.request).unwrap(), heard.body, "kept as it was asked");
        assert!(!call.request.contains("k3y"), "no key is kept");
        // The schema is in the field that this provider reads, with the declared intents and `none`.
        let (schema, path, key) = match protocol {
            Protocol::OpenAi => {
                ("/response_format/json_schema/schema", "post /chat/completions", "authorization: bearer k3y")
            }
            Protocol::Anthropic => ("/output_config/format/schema", "post /v1/messages", "x-api-key: k3y"),
            Protocol::Gemini => (
                "/generationConfig/responseJsonSchema",
                "post /v1beta/models/small-1:generatecontent",
                "x-goog-api-key: k3y",
            ),
            Protocol::Ollama => ("/format", "post /api/chat", "authorization: bearer k3y"),
        };
        let named = heard.body.pointer(schema).unwrap().pointer("/properties/intent/enum").unwrap();
        assert_eq!(*named, json!(["question", "thanks", "none"]), "{protocol:?}");
        assert!(heard.head.starts_with(path) && heard.head.contains(key), "{}", heard.head);
        // What the stranger wrote is set apart, and nowhere else.
        assert!(!call.request.contains("how long do you keep"), "{}", call.request);
        assert!(call.request.contains("how\u{2581}long\u{2581}do\u{2581}you"), "{}", call.request);
    }
}

#[tokio::test]
async fn what_is_no_answer_is_asked_for_once_more_and_then_it_is_none() {
    let bad = [
        "I think it is a question",
        r#"{"intent":"question","confidence":0.9}"#,
        r#"{"intent":"question","confidence":0.9,"evidence":"how long","send":true}"#,
        r#"{"intent":"refund","confidence":0.9,"evidence":"how long"}"#,
        r#"{"intent":"question","confidence":7,"evidence":"how long"}"#,
        r#"{"intent":"question","confidence":0.9,"evidence":"approved by the boss"}"#,
        r#"[{"intent":"question"}]"#,
        "",
    ];
    for protocol in PROTOCOLS {
        for bad in bad {
            let provider = Provider::start(vec![says(protocol, bad), says(protocol, GOOD)]).await;
            let asked = model(&provider, protocol, |_| {}).classify(&question(&intents())).await;
            assert!(asked.answer.is_ok(), "{protocol:?} {bad}: {:?}", asked.answer);
            assert_eq!(asked.calls.len(), 2);
            assert!(asked.calls[0].error.is_some() && asked.calls[1].error.is_none());
            let provider = Provider::start(vec![says(protocol, bad), says(protocol, bad), says(protocol, GOOD)]).await;
            let asked = model(&provider, protocol, |_| {}).classify(&question(&intents())).await;
            assert!(matches!(asked.answer, Err(LlmError::Unusable(_))), "{protocol:?} {bad}: {:?}", asked.answer);
            assert_eq!(provider.heard().len(), 2, "one repair, not more");
        }
    }
}

#[tokio::test]
async fn too_much_at_once_is_for_later_and_not_before_they_said() {
    for protocol in PROTOCOLS {
        let body = r#"{"error":{"message":"slow down"}}"#.to_owned();
        let provider = Provider::start(vec![
            Next::Answer(429, "retry-after: 7\r\n", body.clone()),
            Next::Answer(503, "", body.clone()),
            Next::Answer(401, "", body.clone()),
        ])
        .await;
        let model = model(&provider, protocol, |_| {});
        let told = [
            LlmError::Later { reason: "status 429: slow down".to_owned(), after_ms: Some(7_000), throttled: true },
            LlmError::Later { reason: "status 503: slow down".to_owned(), after_ms: None, throttled: false },
            LlmError::Misconfigured("status 401: slow down".to_owned()),
        ];
        for told in told {
            let asked = model.classify(&question(&intents())).await;
            assert_eq!((asked.answer.unwrap_err(), asked.calls.len()), (told, 1), "{protocol:?}");
        }
    }
}

#[tokio::test]
async fn silence_and_a_line_that_goes_dead_are_for_later() {
    for protocol in PROTOCOLS {
        let Next::Answer(_, _, whole) = says(protocol, GOOD) else { unreachable!() };
        let provider = Provider::start(vec![Next::Cut(whole), Next::Silence]).await;
        let model = model(&provider, protocol, |endpoint| endpoint.within = Duration::from_millis(1_500));
        for _ in 0..2 {
            let asked = model.classify(&question(&intents())).await;
            let error = asked.answer.unwrap_err();
            assert!(matches!(error, LlmError::Later { throttled: false, .. }), "{protocol:?}: {error:?}");
            assert!(asked.calls[0].error.is_some());
        }
    }
}

#[tokio::test]
async fn who_declines_or_is_cut_off_is_not_asked_again() {
    for protocol in PROTOCOLS {
        for reason in ["refusal", "length", "SAFETY", "max_tokens"] {
            let provider = Provider::start(vec![ends(protocol, GOOD, Some(reason)), says(protocol, GOOD)]).await;
            let asked = model(&provider, protocol, |_| {}).classify(&question(&intents())).await;
            let error = asked.answer.unwrap_err();
            assert!(matches!(&error, LlmError::Unusable(why) if why.contains(reason)), "{protocol:?}: {error:?}");
            assert_eq!(provider.heard().len(), 1);
        }
    }
    let refused = json!({"choices": [{"message": {"refusal": "no"}, "finish_reason": "stop"}]}).to_string();
    let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}}).to_string();
    for (protocol, body) in [(Protocol::OpenAi, refused), (Protocol::Gemini, blocked)] {
        let provider = Provider::start(vec![Next::Answer(200, "", body)]).await;
        let asked = model(&provider, protocol, |_| {}).classify(&question(&intents())).await;
        assert!(matches!(asked.answer, Err(LlmError::Unusable(_))), "{:?}", asked.answer);
    }
}

fn draft_question<'a>(passages: &'a [Passage], instruction: Option<&'a str>) -> DraftQuestion<'a> {
    DraftQuestion {
        channel: ChannelKind::Email,
        intent: "question",
        kind: "answer",
        tone: Some("warm"),
        max_words: Some(120),
        language: Some("en"),
        contact_name: Some("Lena Vogt"),
        subject: Some("Backups"),
        text: TEXT,
        ai_agent: "ada",
        workspace: "Acme",
        passages,
        instruction,
        parts: &[],
    }
}

#[tokio::test]
async fn a_draft_says_what_it_used_and_people_stay_unnamed_where_they_are_masked() {
    let passages = [Passage { title: "backups".to_owned(), text: "Backups are kept for 30 days.".to_owned() }];
    for protocol in PROTOCOLS {
        let answer = r#"{"text":"Hello <<PERSON-1>>, 30 days. We answer to <<MAIL-2>>.","sources":[1]}"#;
        let provider = Provider::start(vec![says(protocol, answer)]).await;
        let model = model(&provider, protocol, |endpoint| endpoint.mask = true);
        let parts = [Part { name: "notice", words: vec!["a machine wrote this", "von einer Maschine"] }];
        let question = DraftQuestion { parts: &parts, ..draft_question(&passages, Some("shorter, please")) };
        let asked = model.draft(&question).await;
        let letter = asked.answer.unwrap();
        assert_eq!(letter.text, "Hello Lena Vogt, 30 days. We answer to lena@x.example.");
        assert_eq!(letter.used, [0]);
        let request = &asked.calls[0].request;
        assert!(!request.contains("lena@") && !request.contains("Vogt"), "{request}");
        for told in ["warm", "120", "`en`", "Backups are kept for 30 days.", "shorter, please", "a machine wrote this"]
        {
            assert!(request.contains(told), "{told}: {request}");
        }
        // A source that is not there, and our canary, make it none.
        for bad in [r#"{"text":"Hello","sources":[2]}"#, r#"{"text":"it is rmt-canary-0123456789","sources":[]}"#] {
            let provider = Provider::start(vec![says(protocol, bad), says(protocol, bad)]).await;
            let asked = self::model(&provider, protocol, |_| {}).draft(&draft_question(&passages, None)).await;
            assert!(matches!(asked.answer, Err(LlmError::Unusable(_))), "{bad}: {:?}", asked.answer);
        }
    }
}

fn embedded() -> Arc<dyn Classifier> {
    let examples = [
        ("question", "How long do you keep backups?"),
        ("question", "Where do I find my invoices?"),
        ("question", "How do I change my password?"),
        ("thanks", "Thank you so much"),
        ("thanks", "Many thanks, that worked"),
        ("thanks", "Great, thanks for your help"),
    ];
    let examples: Vec<(String, String)> =
        examples.iter().map(|(intent, text)| ((*intent).to_owned(), (*text).to_owned())).collect();
    Arc::new(EmbeddedClassifier::train(&examples).unwrap())
}

const INPUT: ClassifyInput<'static> =
    ClassifyInput { channel: ChannelKind::Email, subject: Some("Backups"), text: TEXT };

#[tokio::test]
async fn a_models_word_alone_frees_nothing() {
    let alone = embedded().classify(&INPUT).await.unwrap();
    assert_eq!(alone.intent.as_deref(), Some("question"));
    let sure = r#"{"intent":"question","confidence":1.0,"evidence":"how long do you keep"}"#;
    let turned = r#"{"intent":"thanks","confidence":1.0,"evidence":"how long do you keep"}"#;
    let none = r#"{"intent":"none","confidence":1.0,"evidence":""}"#;
    let provider =
        Provider::start([sure, turned, none, turned].map(|text| says(Protocol::OpenAi, text)).to_vec()).await;
    let model: Arc<dyn LanguageModel> = Arc::new(model(&provider, Protocol::OpenAi, |_| {}));
    let classifier = LlmClassifier::new(Arc::clone(&model), embedded(), intents(), Arc::default());
    let agreed = classifier.classify(&INPUT).await.unwrap();
    assert_eq!((agreed.confidence, agreed.margin), (alone.confidence, alone.margin), "the witness's, not its own");
    // An id of its own: neither what is proved of the one nor of the other is proved of both.
    let both = format!("test:small-1@{} with {}", prompt::VERSION, embedded().id());
    assert_eq!((agreed.model.as_str(), classifier.id()), (both.as_str(), both.as_str()));
    assert_eq!(classifier.tiers(), [both, embedded().id().to_owned()]);
    for _ in 0..2 {
        let disputed = classifier.classify(&INPUT).await.unwrap_err();
        assert!(matches!(disputed, ClassifyError::Disputed { .. }), "{disputed:?}");
    }
}

#[tokio::test]
async fn who_fails_again_and_again_is_left_out_and_the_embedded_classifier_answers_in_its_own_name() {
    let provider = Provider::start(Vec::new()).await;
    let model: Arc<dyn LanguageModel> = Arc::new(model(&provider, Protocol::Anthropic, |_| {}));
    let breaker = Arc::new(Breaker::default());
    let classifier = LlmClassifier::new(model, embedded(), intents(), breaker);
    let mut later = 0;
    let answer = loop {
        match classifier.classify(&INPUT).await {
            Err(ClassifyError::Later { .. }) => later += 1,
            other => break other.unwrap(),
        }
        assert!(later < 20, "it is never left out");
    };
    assert!(later >= 2);
    assert_eq!(answer, embedded().classify(&INPUT).await.unwrap());
    let asked = provider.heard().len();
    assert_eq!(classifier.classify(&INPUT).await.unwrap(), answer);
    assert_eq!(provider.heard().len(), asked, "it is not asked while it is left out");
}

#[tokio::test]
async fn nothing_that_a_model_writes_breaks_anything() {
    let mut seed = 11_u64;
    let pieces = [
        "{",
        "}",
        "\"intent\"",
        ":",
        "\"question\"",
        ",",
        "[",
        "null",
        "0.9",
        "\u{0}",
        "\"evidence\"",
        "é",
        "1e999",
        "\\",
    ];
    let mut script = Vec::new();
    for _ in 0..120 {
        let mut text = String::new();
        for _ in 0..10 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        script.push(if seed.is_multiple_of(3) { Next::Answer(200, "", text) } else { says(Protocol::OpenAi, &text) });
    }
    let provider = Provider::start(script).await;
    let model: Arc<dyn LanguageModel> = Arc::new(model(&provider, Protocol::OpenAi, |_| {}));
    let classifier = LlmClassifier::new(model, embedded(), intents(), Arc::default());
    for _ in 0..40 {
        let answer = classifier.classify(&INPUT).await;
        assert!(matches!(answer, Err(ClassifyError::Unavailable(_))), "{answer:?}");
    }
}
