use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const LONG: Duration = Duration::from_secs(10);

/// Answers every connection with these bytes, and counts them.
async fn server(answer: &'static str) -> (u16, Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (count, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (counted, kept) = (Arc::clone(&count), Arc::clone(&requests));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut bytes = vec![0; 65_536];
            let read = stream.read(&mut bytes).await.unwrap_or(0);
            kept.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).into_owned());
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.ends_with('…') {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        }
    });
    (port, count, requests)
}

/// Gives one list of addresses after the other, the last for ever.
#[derive(Debug)]
struct Told(Mutex<Vec<Vec<&'static str>>>);

#[async_trait]
impl Resolve for Told {
    async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, String> {
        let mut lists = self.0.lock().unwrap();
        let list = if lists.len() > 1 { lists.remove(0) } else { lists[0].clone() };
        Ok(list.into_iter().map(|address| address.parse().unwrap()).collect())
    }
}

fn told(lists: &[&[&'static str]]) -> Arc<dyn Resolve> {
    Arc::new(Told(Mutex::new(lists.iter().map(|list| list.to_vec()).collect())))
}

#[tokio::test]
async fn nothing_leaves_to_a_private_address_in_whatever_form_it_is_written() {
    let (port, connections, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let egress = Egress::default();
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "127.00.0.01",
        "0177.0.0.1",
        "0177.1",
        "0x7f.0.0.1",
        "0x7F000001",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "00.0x0.0",
        "127.255.255.255",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "ⓛocalhost",
        "any.localhost",
        "10.0.0.1",
        "10.1",
        "167772161",
        "0xa.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "192.168.1",
        "3232235521",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/hook");
            let error = egress.post(&url, &[], Vec::new(), LONG).await.unwrap_err();
            assert!(matches!(error, EgressError::Refused(_)), "{url}: {error}");
            assert!(egress.check(&url).is_err(), "{url} is refused where it is typed in");
        }
    }
    for host in [
        "127.0.0.256",
        "0x7f.0.0.0.1",
        "1.2.3.4.5",
        "256.1",
        "[::1",
        "[::1%25lo]",
        "[fe80::1%eth0]",
        "",
        "a b",
        "4294967296",
    ] {
        let error = egress.post(&format!("http://{host}:{port}/"), &[], Vec::new(), LONG).await.unwrap_err();
        assert!(matches!(error, EgressError::Refused(_)), "{host}: {error}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0, "nobody was called");
}

#[tokio::test]
async fn names_that_lead_inside_are_refused_and_so_is_one_bad_address_among_good_ones() {
    let (port, connections, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for list in [
        &["127.0.0.1"] as &[&str],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["1.1.1.1", "10.0.0.1"],
        &["fd00::1", "2606:4700::1111"],
    ] {
        let egress = Egress::with_resolver(Vec::new(), told(&[list]));
        let url = format!("https://hooks.example.com:{port}/");
        let error = egress.post(&url, &[], Vec::new(), LONG).await.unwrap_err();
        assert!(matches!(error, EgressError::Refused(_)), "{list:?}: {error}");
    }
    // A name that leads outside when it is looked at and inside a moment later: it is looked up once, and called there.
    let flips = Egress::with_resolver(Vec::new(), told(&[&["192.0.2.7"], &["127.0.0.1"]]));
    let flipped =
        Egress::with_resolver("192.0.2.0/24".parse().map(|net| vec![net]).unwrap(), Arc::clone(&flips.resolver));
    let url = format!("http://hooks.example.com:{port}/");
    let error = flipped.post(&url, &[], Vec::new(), Duration::from_millis(300)).await.unwrap_err();
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    let again = flipped.post(&format!("http://hooks.example.com:{port}/"), &[], Vec::new(), LONG).await.unwrap_err();
    assert!(again.to_string().contains("this machine"), "{again}");
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn only_https_leaves_without_names_and_passwords() {
    let egress = Egress::with_resolver(Vec::new(), told(&[&["1.1.1.1"]]));
    for (url, why) in [
        ("http://hooks.example.com/", "only https"),
        ("ftp://hooks.example.com/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("gopher://hooks.example.com/", "only https"),
        ("https://user@hooks.example.com/", "name or a password"),
        ("https://:secret@hooks.example.com/", "name or a password"),
        ("hooks.example.com", "no URL"),
        ("https://", "no URL"),
        ("javascript:alert(1)", "only https"),
    ] {
        let error = egress.post(url, &[], Vec::new(), LONG).await.unwrap_err();
        assert!(error.to_string().contains(why), "{url}: {error}");
    }
    let long = format!("https://hooks.example.com/{}", "x".repeat(LONGEST_URL));
    assert!(egress.check(&long).is_err());
    assert!(egress.check("https://hooks.example.com/a?b=c").is_ok());
}

#[tokio::test]
async fn what_is_allowed_is_called_and_answers_are_bounded() {
    let (port, connections, requests) =
        server("HTTP/1.1 503 No\r\nretry-after: 7\r\ncontent-length: 5\r\n\r\nsorry").await;
    let allow = |text: &str| vec![text.parse::<Allowed>().unwrap()];
    let egress = Egress::new(allow("127.0.0.0/8"));
    let headers = [("webhook-id", "evt_1".to_owned())];
    let url = format!("http://127.0.0.1:{port}/hook?a=b#part");
    let answer = egress.post(&url, &headers, b"{}".to_vec(), LONG).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (503, b"sorry".as_slice()));
    assert_eq!(answer.headers["retry-after"], "7");
    let request = requests.lock().unwrap()[0].clone();
    assert!(request.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("webhook-id: evt_1\r\n") && request.contains(&format!("host: 127.0.0.1:{port}\r\n")));
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
    let by_name = Egress::with_resolver(allow("hooks.internal"), told(&[&["127.0.0.1"]]));
    assert_eq!(
        by_name.post(&format!("http://hooks.internal:{port}/"), &[], Vec::new(), LONG).await.unwrap().status,
        503
    );
    let before = connections.load(Ordering::SeqCst);
    assert!(by_name.post(&format!("http://127.0.0.1:{port}/"), &[], Vec::new(), LONG).await.is_err());
    assert_eq!(connections.load(Ordering::SeqCst), before);
    // Not a word of TLS: no answer, and nothing in clear text.
    let secure = egress.post(&format!("https://127.0.0.1:{port}/"), &headers, b"secret".to_vec(), LONG).await;
    assert!(secure.unwrap_err().to_string().contains("no secure connection"));
    assert!(!requests.lock().unwrap().iter().any(|request| request.contains("secret")));

    // A redirect is an answer like any other.
    let (port, _, _) = server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(egress.post(&format!("http://127.0.0.1:{port}/"), &[], Vec::new(), LONG).await.unwrap().status, 302);
    // One that never ends is left, whether it says much or little.
    let much: &'static str = Box::leak(format!("HTTP/1.1 200 OK\r\n\r\n{}…", "x".repeat(100_000)).into_boxed_str());
    let (port, _, _) = server(much).await;
    let answer = egress.post(&format!("http://127.0.0.1:{port}/"), &[], Vec::new(), LONG).await.unwrap();
    assert_eq!(answer.body.len(), MOST_BYTES);
    let (port, _, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n…").await;
    let url = format!("http://127.0.0.1:{port}/");
    let error = egress.post(&url, &[], Vec::new(), Duration::from_millis(200)).await.unwrap_err();
    assert!(error.to_string().contains("no answer within"), "{error}");
}

#[test]
fn who_asks_to_be_left_alone_is_understood_in_seconds_and_in_times() {
    let answer = |asked: &str, date: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", asked.parse().unwrap());
        if let Some(date) = date {
            headers.insert("date", date.parse().unwrap());
        }
        Answer { status: 503, headers, body: Vec::new(), whole: true }
    };
    let date = Some("Tue, 03 Mar 2026 10:00:00 GMT");
    let later = "Tue, 03 Mar 2026 10:02:00 GMT";
    assert_eq!(answer("7", None).retry_after_ms(None), Some(7_000));
    assert_eq!(answer(" 0.5 ", None).retry_after_ms(None), Some(500));
    assert_eq!(answer("-3", None).retry_after_ms(None), Some(0));
    assert_eq!(answer("999999999", None).retry_after_ms(None), Some(86_400_000));
    assert_eq!(answer(later, date).retry_after_ms(Some(0)), Some(120_000), "by its own clock, not ours");
    assert_eq!(answer(later, None).retry_after_ms(Some(1_772_532_060_000)), Some(60_000));
    assert_eq!(answer(later, None).retry_after_ms(None), None);
    assert_eq!(answer("soon", date).retry_after_ms(Some(0)), None);
    assert_eq!(answer("NaN", date).retry_after_ms(Some(0)), None);
}
