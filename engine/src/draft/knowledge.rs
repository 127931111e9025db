//! Knowledge: folders of documents that a model's drafts may rest on, cut into passages, and found again by words.
//!
//! A folder holds one folder for each name that policies use (`draft model answer sources help_center`); in it lie
//! Markdown, HTML, PDF and plain texts. They are read when the program starts. The best passages for a message are those
//! that share its rare words (BM25); nothing is asked outside.
//!
//! The index is in memory, not in the database's text search, on purpose: the ranking is the same on SQLite and PostgreSQL (theirs
//! differ), the folder stays the one truth and can be kept in version control beside the policy, nothing has to be kept in
//! step with it, and a draft costs no query.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::check::Passage;
use super::pdf;
use crate::mail;

/// Longest passage, in characters.
const LONGEST: usize = 900;
/// Documents of one name that are read, and the bytes of one; a PDF holds its fonts and pictures too.
const MOST_DOCUMENTS: usize = 5_000;
const MOST_BYTES: u64 = 2 * 1024 * 1024;
const MOST_PDF_BYTES: u64 = 64 * 1024 * 1024;
/// The constants of BM25, as they are usually set.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Passages by the name that policies use.
#[derive(Debug, Clone, Default)]
pub struct Knowledge(BTreeMap<String, Index>);

#[derive(Debug, Clone, Default)]
struct Index {
    passages: Vec<Passage>,
    documents: usize,
    /// For each word: the passages that have it, and how often.
    words: HashMap<String, Vec<(u32, u16)>>,
    lengths: Vec<u32>,
    /// All of those.
    total_length: u64,
}

impl Knowledge {
    /// Reads a folder: one folder for each name.
    ///
    /// # Errors
    /// What cannot be read, and where.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut names = BTreeMap::new();
        for path in listed(folder)? {
            if !path.is_dir() {
                continue;
            }
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.'))
            else {
                continue;
            };
            let mut index = Index::default();
            read_into(&mut index, &path, &path, 0)?;
            names.insert(name.to_owned(), index);
        }
        Ok(Self(names))
    }

    /// Knowledge of given texts: name, title, text.
    #[must_use]
    pub fn of(texts: &[(&str, &str, &str)]) -> Self {
        let mut names: BTreeMap<String, Index> = BTreeMap::new();
        for (name, title, text) in texts {
            names.entry((*name).to_owned()).or_default().add(title, text);
        }
        Self(names)
    }

    /// The names, each with its documents and passages.
    pub fn names(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        self.0.iter().map(|(name, index)| (name.as_str(), index.documents, index.passages.len()))
    }

    /// Whether there is knowledge of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The passages of a name that fit a text best, the best first.
    #[must_use]
    pub fn passages(&self, name: &str, text: &str, most: usize) -> Vec<Passage> {
        self.0.get(name).map_or_else(Vec::new, |index| index.best(text, most))
    }
}

impl Index {
    fn add(&mut self, title: &str, text: &str) {
        self.documents += 1;
        for passage in cut(title, text) {
            let Ok(number) = u32::try_from(self.passages.len()) else { return };
            let mut counts: HashMap<String, u16> = HashMap::new();
            let mut length = 0_u32;
            for word in words(&passage.title).chain(words(&passage.text)) {
                length = length.saturating_add(1);
                let count = counts.entry(word).or_default();
                *count = count.saturating_add(1);
            }
            for (word, count) in counts {
                self.words.entry(word).or_default().push((number, count));
            }
            self.lengths.push(length);
            self.total_length += u64::from(length);
            self.passages.push(passage);
        }
    }

    fn best(&self, text: &str, most: usize) -> Vec<Passage> {
        let total = self.passages.len() as f64;
        let mean = self.total_length as f64 / total.max(1.0);
        let mut scores = vec![0.0_f64; self.passages.len()];
        let mut asked: Vec<String> = words(text).take(400).collect();
        asked.sort_unstable();
        asked.dedup();
        for word in &asked {
            let Some(places) = self.words.get(word) else { continue };
            let rare = (1.0 + (total - places.len() as f64 + 0.5) / (places.len() as f64 + 0.5)).ln();
            for (number, count) in places {
                let length = self.lengths.get(*number as usize).copied().map_or(1.0, f64::from);
                let count = f64::from(*count);
                let weight = rare * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean.max(1.0)));
                if let Some(score) = scores.get_mut(*number as usize) {
                    *score += weight;
                }
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        // The same score: the one that was read first.
        let order = |one: &(usize, f64), other: &(usize, f64)| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if ranked.len() > most && most > 0 {
            ranked.select_nth_unstable_by(most - 1, order);
        }
        ranked.truncate(most);
        ranked.sort_by(order);
        ranked.into_iter().filter_map(|(number, _)| self.passages.get(number).cloned()).collect()
    }
}

/// Words to search by: of two letters at least, their endings cut, so that `invoices` finds `invoice`.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|one: char| !one.is_alphanumeric()).filter(|word| word.chars().count() > 1).map(|word| {
        let lower = word.to_lowercase();
        let cut = ["ing", "en", "es", "ed", "s", "n", "e"]
            .iter()
            .find_map(|ending| lower.strip_suffix(ending).filter(|rest| rest.chars().count() >= 4).map(str::to_owned));
        cut.unwrap_or(lower)
    })
}

/// Cuts a document into passages: by its headings, then by paragraphs.
fn cut(title: &str, text: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    let (mut heading, mut body) = (String::new(), String::new());
    let mut push = |heading: &str, body: &mut String| {
        let text = body.trim();
        if !text.is_empty() {
            let title = if heading.is_empty() { title.to_owned() } else { format!("{title}: {heading}") };
            passages.push(Passage { title, text: text.to_owned() });
        }
        body.clear();
    };
    for block in text.split("\n\n") {
        for line in block.lines() {
            if let Some(next) = line.trim_start().strip_prefix('#') {
                push(&heading, &mut body);
                heading = next.trim_start_matches('#').trim().to_owned();
                continue;
            }
            for piece in pieces(line) {
                if body.chars().count() + piece.chars().count() > LONGEST {
                    push(&heading, &mut body);
                }
                body.push_str(piece);
                body.push('\n');
            }
        }
        body.push('\n');
    }
    push(&heading, &mut body);
    passages
}

/// A line in pieces of at most the longest passage, cut behind sentences or between words where there are any: many write
/// each paragraph as one line, and none of it may be lost.
fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some((end, _)) = rest.char_indices().nth(LONGEST) {
        let head = rest.get(..end).unwrap_or(rest);
        let behind = |ends: &str| head.rfind(ends).map(|at| at + ends.len()).filter(|at| *at > end / 2);
        let cut = behind(". ").or_else(|| behind("? ")).or_else(|| behind("! ")).or_else(|| behind(" ")).unwrap_or(end);
        let (piece, next) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        pieces.push(piece.trim_end());
        rest = next;
    }
    pieces.push(rest);
    pieces
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |error: std::io::Error| format!("cannot read the folder `{}`: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        paths.push(entry.map_err(wrong)?.path());
    }
    // The same knowledge however the file system lists it.
    paths.sort();
    Ok(paths)
}

fn read_into(index: &mut Index, root: &Path, folder: &Path, depth: usize) -> Result<(), String> {
    for path in listed(folder)? {
        if path.is_dir() {
            if depth < 8 {
                read_into(index, root, &path, depth + 1)?;
            }
            continue;
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        let is_html = matches!(ending.as_str(), "html" | "htm");
        let is_pdf = ending == "pdf";
        if !is_html && !is_pdf && !matches!(ending.as_str(), "md" | "markdown" | "txt") {
            continue;
        }
        if index.documents >= MOST_DOCUMENTS {
            return Err(format!("`{}` holds more than {MOST_DOCUMENTS} documents", root.display()));
        }
        let wrong = |error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
        let size = std::fs::metadata(&path).map_err(wrong)?.len();
        let most = if is_pdf { MOST_PDF_BYTES } else { MOST_BYTES };
        if size > most {
            return Err(format!("`{}` has {size} bytes, more than {most}", path.display()));
        }
        let bytes = std::fs::read(&path).map_err(wrong)?;
        let text = if is_pdf {
            pdf::text(&bytes).map_err(|why| format!("cannot read `{}`: {why}", path.display()))?
        } else if is_html {
            mail::text_of_html(&String::from_utf8_lossy(&bytes))
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
        index.add(&name.display().to_string(), &text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passage_that_shares_the_rare_words_comes_first() {
        let knowledge = Knowledge::of(&[
            (
                "help",
                "billing",
                "# Invoices\nInvoices are sent by mail on the first of the month.\n\n# Refunds\nA refund takes ten days.",
            ),
            ("help", "backups", "Backups are kept for 30 days, also of what you delete by mail."),
            ("other", "backups", "Nothing of interest."),
        ]);
        let best =
            |text: &str| knowledge.passages("help", text, 2).into_iter().map(|one| one.title).collect::<Vec<_>>();
        assert_eq!(best("How long do you keep a backup?")[0], "backups");
        assert_eq!(best("when does the invoice come")[0], "billing: Invoices");
        assert!(best("zebra").is_empty() && knowledge.passages("gone", "backups", 2).is_empty());
        assert_eq!(knowledge.names().collect::<Vec<_>>(), [("help", 2, 3), ("other", 1, 1)]);
    }

    #[test]
    fn a_paragraph_of_one_long_line_is_kept_whole() {
        let sentence =
            |number: usize| format!("Sentence {number} says that part number p{number} costs {number} euros.");
        let line = (0..200).map(sentence).collect::<Vec<_>>().join(" ");
        let knowledge = Knowledge::of(&[("help", "prices", &line), ("help", "blob", &"ä".repeat(2_000))]);
        for number in [0, 17, 150, 199] {
            let found = knowledge.passages("help", &format!("what is the price of p{number}?"), 1).remove(0);
            assert!(found.text.contains(&sentence(number)) && found.text.chars().count() <= LONGEST, "{found:?}");
        }
        assert_eq!(pieces(&line).join(" "), line);
        assert_eq!(pieces(&"ä".repeat(2_000)).concat(), "ä".repeat(2_000));
    }

    #[test]
    fn each_of_ten_thousand_passages_is_found_and_named_as_what_it_is() {
        let page = |n: usize| {
            let text = format!("The part with the number p{n} is kept in hall h{} and costs {n} euros.", n % 97);
            (format!("page-{n}"), text)
        };
        let texts: Vec<(String, String)> = (0..10_000).map(page).collect();
        let given: Vec<(&str, &str, &str)> =
            texts.iter().map(|(title, text)| ("help", title.as_str(), text.as_str())).collect();
        let knowledge = Knowledge::of(&given);
        for n in (0..10_000).step_by(611) {
            let found = knowledge.passages("help", &format!("Where do you keep p{n}, the part?"), 5);
            assert_eq!(found.len(), 5);
            assert_eq!((&found[0].title, &found[0].text), (&texts[n].0, &texts[n].1));
        }
        assert!(knowledge.passages("help", "the part", 0).is_empty());
    }

    #[test]
    fn a_folder_is_read_with_what_lies_below_it() {
        let folder = tempfile::tempdir().unwrap();
        let help = folder.path().join("help/more");
        std::fs::create_dir_all(&help).unwrap();
        std::fs::write(folder.path().join("help/a.md"), "# One\nThe moon is round.").unwrap();
        std::fs::write(help.join("b.html"), "<p>The sun is <b>hot</b>.</p><script>no()</script>").unwrap();
        std::fs::write(help.join("c.png"), "nothing").unwrap();
        std::fs::write(help.join("d.pdf"), pdf::tests::written(&["Mars is red.", "Venus is bright."])).unwrap();
        let knowledge = Knowledge::read(folder.path()).unwrap();
        assert_eq!(knowledge.names().collect::<Vec<_>>(), [("help", 3, 3)]);
        assert!(knowledge.passages("help", "venus", 1).remove(0).text.contains("Venus is bright."));
        let sun = knowledge.passages("help", "sun", 1).remove(0);
        assert!(sun.text.contains("sun is") && sun.text.contains("hot") && !sun.text.contains("no()"), "{sun:?}");
        assert_eq!(sun.title, "more/b");
        assert!(Knowledge::read(&folder.path().join("gone")).unwrap_err().contains("gone"));
        std::fs::write(help.join("e.pdf"), "no").unwrap();
        assert!(Knowledge::read(folder.path()).unwrap_err().contains("e.pdf"));
    }
}
