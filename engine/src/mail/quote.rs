//! What one line of a reply is: the author's words, a quote, or a mail program's words around it.

use std::sync::LazyLock;

use regex::Regex;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing but white space.
    Empty,
    /// The author's words, as far as one line can tell.
    Text,
    /// Quoted (`>`).
    Quote,
    /// Part of "On … somebody wrote:".
    Attribution,
    /// Starts a copy of an earlier mail that runs to the end.
    Divider,
    /// Starts a forwarded mail.
    Forward,
    /// Starts a signature.
    Signature,
    /// "Sent from my phone".
    Mobile,
}

/// Lines an attribution may wrap over.
const MAX_ATTRIBUTION_LINES: usize = 7;
/// Longest attribution, in bytes.
const MAX_ATTRIBUTION_BYTES: usize = 500;

fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

fn matches(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

static QUOTE: LazyLock<Option<Regex>> = LazyLock::new(|| compile(r"^\s{0,4}(?:[A-Za-z]{1,10})?>(?:[\s>]|$)|^\s{0,4}>"));

/// "wrote" in many languages, in the form mail programs use.
const WROTE: &str = "wrote|writes|schrieb|skrev|skrifaði|a [ée]crit|[ée]crivait|escribi[óo]|ha escrito|ha scritto|scrive|escreveu|schreef|geschreven|napisa[łl]|napisał\\(a\\)|pisze|napsal|napísal|napisao|je napisal|написал|пишет|писал|пише|написав|kirjoitti|kirjutas|írta|ezt írta|a scris|yazd[ıi]|şunu yazdı|έγραψε|đã viết|menulis|כתב|כתבה|כתב/ה|كتب|写道|寫道|写到|来信|のメッセージ|は書きました|님이 작성|작성|rašė|rakstīja|skribis|va escriure|idatzi du|wrote the following";

static WROTE_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&format!(r"(?i)(?:{WROTE})(?:\(a\)|\(а\)|а)?\s*[:：]?\s*[*_]*$")));

static WROTE_WITHIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&format!(r"(?i)(?:^|[\s>])(?:{WROTE})(?:\(a\)|\(а\)|а)?(?:\s.*)?[:：]\s*[*_]*$")));

/// A time of day, or a day and a year.
static WHEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(r"\d{1,2}[:.h時时]\d{2}|\b\d{1,2}\b.*\b(?:19|20)\d{2}\b|(?:19|20)\d{2}\D{1,3}\d{1,2}\D|(?:19|20)\d{2}年")
});

/// How an attribution may start when it wraps over several lines, or lacks its verb.
static START: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)^[>\s*_]*(?:(?:on|am|den|le|el|il|em|op|w dniu|dnia|dne|dňa|pe|på|no dia|na|dana|στις|vào|pada|kl|at|в|у|ב|בתאריך|في|بتاريخ|在|于|於|em|a|le|u)[\s,].{0,60}\d|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс)\w*[.,]+\s*.{0,30}\d|\d{1,4}[-./年: ].{0,40}\d|[^\n<>]{0,80}<(?:mailto:)?[^<>\s]*@)",
    )
});

/// An attribution without a verb: date, time and address, ending in a colon.
static DATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)^[>\s*_]*(?:.*\d{1,2}:\d{2}.*(?:19|20)\d{2}.*@.*|.*(?:19|20)\d{2}.*\d{1,2}:\d{2}.*@.*)[:：]\s*$|^\s*\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} GMT[+-]\d{1,2}:\d{2} [^.!?]{1,80}$",
    )
});

static ORIGINAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)^\s*message du\s*:\s*\d{1,2}/\d{1,2}/\d{4}|^[\s>*_]*[-_—=]{2,}\s*(?:original[- ]?(?:message|mail|nachricht|meddelande|e-mail|email|bericht|melding)?|reply message|replied message|in reply to|ursprüngliche (?:nachricht|e-?mail|mail)|originalnachricht|urspr\. nachricht|message (?:d['’]origine|original|initial|original d['’]origine)|e-?mail original|courriel original|mensaje original|messaggio original[ei]|messaggio originario|mensagem original|oorspronkelijk(?: |e )bericht|origineel bericht|ursprungligt meddelande|originalmeddelande|oprindelig (?:meddelelse|besked)|den oprindelige meddelelse|opprinnelig melding|alkuperäinen viesti|(?:wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości|wiadomość pierwotna)|původní (?:zpráva|e-?mail)|pôvodná správa|исходное сообщение|исходное письмо|оригинальное сообщение|початкове повідомлення|原始邮件|原始郵件|原邮件|原始信件|元のメッセージ|オリジナルメッセージ|original ?メッセージ|원본 ?메시지|원본 메일|özgün ileti|orijinal (?:ileti|mesaj)|eredeti üzenet|mesaj original|mesajul original|αρχικό μήνυμα|الرسالة الأصلية|הודעה מקורית|tin nhắn gốc|thư gốc|pesan asli|izvorna poruka|izvirno sporočilo)\s*[-_—=]{2,}[\s*_]*$",
    )
});

static FORWARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)^[\s*_]*(?:[-_—=]{2,}\s*(?:forwarded (?:message|by .*|email|mail)|forward message|weitergeleitete (?:nachricht|e-?mail)|message transf[ée]r[ée]|mensaje reenviado|messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|vidarebefordrat (?:meddelande|mail)|videresendt (?:meddelelse|melding)|välitetty viesti|wiadomość przekazana|přeposlaná zpráva|пересылаемое сообщение|переслане повідомлення|转发(?:的)?邮件|轉寄郵件|転送(?:された)?メッセージ|전달된 메시지|iletilen ileti|továbbított üzenet|προωθημένο μήνυμα|הודעה שהועברה)\s*[-_—=]{2,}|begin forwarded message:?|anfang der weitergeleiteten (?:nachricht|e-mail):?|début du (?:message|courriel) (?:réexpédié|transféré) ?:?|inicio del mensaje reenviado:?|inizio messaggio inoltrato:?|doorgestuurd bericht:?)[\s*_]*$",
    )
});

/// Labels of an author line in a copied header block.
const AUTHOR: &str = "from|von|de|da|van|från|fra|lähettäjä|od|от|від|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|gönderen|kimden|feladó|expeditor|de la|από|من|מאת|từ|dari|kimden|saatja|nuo|no|şalja|pošiljatelj|odosielateľ|odesílatel|nadawca|remitente|mittente|expéditeur|absender|afzender|avsändare|afsender|avsender";
/// Labels of the other lines.
const OTHER: &str = "to|cc|bcc|date|sent|subject|reply-to|sent at|importance|attachments|on behalf of|an|gesendet|gesendet am|betreff|datum|kopie|antwort an|à|a|envoyé|envoyé le|envoyé par|objet|copie à|para|enviado|enviado el|enviada em|asunto|assunto|fecha|data|inviato|oggetto|per|risposta|aan|verzonden|onderwerp|till|skickat|ämne|kopia|til|sendt|emne|vastaanottaja|lähetetty|päivämäärä|aihe|kopio|do|wysłano|temat|dw|komu|odesláno|předmět|kopie|predmet|odoslané|кому|отправлено|дата|тема|копия|кому|надіслано|收件人|发送时间|发送日期|日期|主题|抄送|收件者|寄件日期|傳送時間|主旨|宛先|件名|送信日時|日時|받는 사람|받는사람|보낸 날짜|날짜|제목|참조|kime|gönderilme tarihi|tarih|konu|bilgi|címzett|tárgy|elküldve|dátum|către|trimis|subiect|προς|στάλθηκε|ημερομηνία|θέμα|إلى|التاريخ|الموضوع|אל|תאריך|נושא|đến|ngày|chủ đề|kepada|tanggal|perihal|kam|saadeti|teema|sprejemnik|poslano|zadeva";

static AUTHOR_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&format!(r"(?i)^[\s>*_|]*(?:{AUTHOR})[*_]*\s*[:：][*_]*\s*\S")));
static HEADER_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&format!(r"(?i)^[\s>*_|]*(?:{AUTHOR}|{OTHER})[*_]*\s*[:：]")));

static SIGNATURE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(r"^(?:--|—|__)\s*$|^\s*[_*]{0,2}_{8,}[_*]{0,2}\s*$"));

static MOBILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)^[\s*_(]*(?:sent (?:from|via|with|using) (?:my|a|the|mobile|mail|outlook|yahoo|gmail|samsung|android|iphone|ipad|proton|windows|blackberry|telegram|aol|galaxy|t-mobile|verizon|nine|spark|sparrow)\b|sent by outlook|get outlook for|get bluemail|via mobile|(?:diese nachricht wurde )?von (?:meinem|mein) .{1,60} gesendet|gesendet (?:mit|von|via|über) |envoy[ée] (?:depuis|de|à partir de|avec) (?:mon|ma|outlook|yahoo|l'|mail|un)|t[ée]l[ée]charger outlook|enviado (?:desde|do|de|a partir) (?:mi|meu|el|outlook|yahoo|correo|o )|obtener outlook|obter o outlook|inviato da(?:l mio|lla mia|l| mail| yahoo| outlook| iphone| smartphone)|scarica outlook|verzonden (?:vanaf|met|via|van) |verstuurd vanaf|skickat från|skickades från|sendt fra|sendt via|lähetetty |wys[łl]ane? z |odesláno z|odeslané z|отправлено (?:с|из|от)|надіслано з|gönderildi:? |iphone'umdan|elküldve |trimis de pe|iphoneから送信|ipadから送信|androidから送信|从我的|发自我的|發自我的|從我的|나의 iphone|내 iphone|samsung galaxy)",
    )
});

static ABOVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r"(?i)(?:reply|antworte[n]?|r[ée]pon\w*|respond\w*|type your (?:reply|response)|write|schreiben).{0,40}(?:above|oberhalb|über|au-dessus|encima|sopra|acima).{0,20}(?:this|dieser?|cette|esta|questa|the) (?:line|zeile|linie|ligne|línea|linha|riga)",
    )
});

/// Classifies every line of a text.
pub(super) fn classify(lines: &[&str]) -> Vec<Line> {
    let mut kinds: Vec<Line> = lines.iter().map(|line| single(line)).collect();
    let mut at = 0;
    while at < lines.len() {
        if matches!(kinds.get(at), Some(Line::Text | Line::Quote))
            && let Some(length) = attribution(lines, &kinds, at)
        {
            for kind in kinds.iter_mut().skip(at).take(length) {
                *kind = Line::Attribution;
            }
            at += length;
            continue;
        }
        if kinds.get(at) == Some(&Line::Text) && header_block(lines, &kinds, at) > 0 {
            if let Some(kind) = kinds.get_mut(at) {
                *kind = Line::Divider;
            }
            at += 1;
        }
        at += 1;
    }
    kinds
}

/// Classifies a line by itself.
fn single(line: &str) -> Line {
    // Nothing that matters here is longer; long lines are prose.
    let long = line.len() > 600;
    if line.trim().is_empty() {
        Line::Empty
    } else if matches(&QUOTE, line) {
        Line::Quote
    } else if long {
        Line::Text
    } else if matches(&FORWARD, line) {
        Line::Forward
    } else if matches(&ORIGINAL, line) || matches(&ABOVE, line) {
        Line::Divider
    } else if matches(&SIGNATURE, line) {
        Line::Signature
    } else if line.len() < 200 && matches(&MOBILE, line) {
        Line::Mobile
    } else {
        Line::Text
    }
}

/// Length in lines of the attribution that starts at `at`, if one does.
fn attribution(lines: &[&str], kinds: &[Line], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    if first.len() > MAX_ATTRIBUTION_BYTES {
        return None;
    }
    let wraps = matches(&START, first);
    let mut joined = String::new();
    for length in 1..=MAX_ATTRIBUTION_LINES {
        let line = lines.get(at + length - 1)?;
        let bare = line.trim().trim_start_matches(['>', ' ', '*']).trim();
        let quoted = matches!(kinds.get(at + length - 1), Some(Line::Quote));
        let first_quoted = matches!(kinds.get(at), Some(Line::Quote));
        // A quote below an unquoted line is no longer the attribution, but `> wrote:` is a wrapped bracket.
        if length > 1 && quoted && !first_quoted && !matches(&WROTE_END, bare) {
            return None;
        }
        joined.push_str(if joined.is_empty() { "" } else { " " });
        joined.push_str(bare);
        if joined.len() > MAX_ATTRIBUTION_BYTES {
            return None;
        }
        if is_attribution(&joined, wraps) {
            return Some(length);
        }
        if !wraps || bare.ends_with(['.', '!', '?']) && !bare.ends_with("..") && length > 1 {
            return None;
        }
    }
    None
}

fn is_attribution(text: &str, starts: bool) -> bool {
    if matches(&DATED, text) {
        return true;
    }
    let address = text.contains('@');
    if !address && !matches(&WHEN, text) {
        return false;
    }
    (starts || address) && (matches(&WROTE_END, text) || matches(&WROTE_WITHIN, text))
}

/// Number of header lines in the copied header block that starts at `at`; 0 when none starts there.
pub(super) fn header_block(lines: &[&str], kinds: &[Line], at: usize) -> usize {
    if !lines.get(at).is_some_and(|line| line.len() < 600 && matches(&AUTHOR_LINE, line)) {
        return 0;
    }
    let mut headers = 0;
    let mut blanks = 0;
    for (index, line) in lines.iter().enumerate().skip(at).take(14) {
        if kinds.get(index) == Some(&Line::Empty) {
            blanks += 1;
            // Some converters put a blank line after every header; a body starts after two.
            if headers >= 3 || blanks > 4 {
                break;
            }
        } else if line.len() < 2_000 && matches(&HEADER_LINE, line) {
            headers += 1;
        } else if blanks > 0 && headers < 3 {
            break;
        }
    }
    if headers >= 3 { headers } else { 0 }
}

/// True when a line looks like a field of a copied header block.
pub(super) fn is_header_line(line: &str) -> bool {
    line.len() < 2_000 && matches(&HEADER_LINE, line)
}
