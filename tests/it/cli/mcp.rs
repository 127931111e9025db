//! `remit mcp`: an AI client reads, drafts and asks, and nothing else.

use serde_json::{Value, json};

use super::eager;

fn key(remit: &remit_tests::process::Remit, kind: &str) -> String {
    let made = remit.run(&["key", "create", "--email", "ana@acme.example", "--kind", kind, "--json"]);
    made.json_lines()[0]["key"].as_str().unwrap().to_owned()
}

#[test]
fn an_ai_client_reads_and_asks_and_cannot_do_more() {
    let remit = eager();
    let ingested = remit.run(&["ingest", "mail.eml", "--policy", "eager.remit"]);
    assert_eq!(ingested.code, Some(0), "{}", ingested.all());
    let own = key(&remit, "ai");
    let call = |id: u32, name: &str, arguments: Value| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": name, "arguments": arguments } });
    let first =
        remit.run_with(&["mcp", "--key", &own], format!("{}\n", call(1, "list_conversations", json!({}))).as_bytes());
    let listed = first.json_lines()[0]["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let conversation = listed["data"][0]["id"].as_str().unwrap().to_owned();
    let input = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": "2025-03-26" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }),
        call(3, "list_conversations", json!({ "limit": 5 })),
        call(4, "list_messages", json!({ "id": conversation })),
        call(5, "add_note", json!({ "id": conversation, "body": { "body_text": "Seen by an AI" } })),
        call(6, "list_notes", json!({ "id": conversation })),
        call(
            10,
            "propose_reply",
            json!({ "id": conversation, "body": { "body_text": "A person will see this first." } }),
        ),
        call(7, "approve", json!({ "id": "apr_none" })),
        call(8, "get_conversation", json!({ "id": "cnv_none" })),
        json!({ "jsonrpc": "2.0", "id": 9, "method": "resources/list" }),
    ];
    let mut text = input.iter().map(|line| format!("{line}\n")).collect::<String>();
    text.push_str("this is no JSON\n");
    let ran = remit.run_with(&["mcp", "--key", &own], text.as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let answers = ran.json_lines();
    assert_eq!(answers.len(), 11, "{}", ran.all());
    let of = |id: u32| answers.iter().find(|answer| answer["id"] == id).unwrap();
    let said = |id: u32| -> Value {
        let result = &of(id)["result"];
        assert_eq!(result["isError"], false, "{result}");
        serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
    };
    assert_eq!(of(1)["result"]["protocolVersion"], "2025-03-26");
    let tools = of(2)["result"]["tools"].as_array().unwrap();
    assert!(tools.iter().any(|tool| tool["name"] == "search" && tool["inputSchema"]["required"] == json!(["q"])));
    assert_eq!(said(3)["data"][0]["id"], conversation.as_str());
    assert!(!said(4)["data"].as_array().unwrap().is_empty());
    said(5);
    assert_eq!(said(6)["data"][0]["body_text"], "Seen by an AI");
    assert_eq!(of(7)["error"]["code"], -32602);
    assert_eq!(of(8)["result"]["isError"], true);
    assert_eq!(of(9)["error"]["code"], -32601);
    assert_eq!(said(10)["status"], "pending_approval");
    assert_eq!(answers[10]["error"]["code"], -32700);

    let service = key(&remit, "service");
    let refused = remit.run_with(&["mcp", "--key", &service], b"");
    assert_eq!(refused.code, Some(1), "{}", refused.all());
    assert!(refused.stderr.contains("may send and decide"), "{}", refused.all());
    let unknown = remit.run_with(&["mcp", "--key", "rk_unknown"], b"");
    assert_eq!(unknown.code, Some(1), "{}", unknown.all());
}
