//! The text of a PDF, page by page, in the order in which the document holds it.

use lopdf::Document;

/// The content of one page may not unpack to more bytes than this.
const MOST_PAGE_BYTES: usize = 32 * 1024 * 1024;

/// The text of a PDF; pages are parted by an empty line.
///
/// # Errors
/// It cannot be read, it is locked by a password, or there is no text in it.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    // Whatever a file makes the reader do, it is one file that cannot be read.
    let read = std::panic::catch_unwind(|| pages(bytes));
    let pages = read.unwrap_or_else(|_| Err("it is broken".to_owned()))?;
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Err("there is no text in it, only pictures: save it with its text, or take it out".to_owned());
    }
    Ok(pages.join("\n\n"))
}

fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let document = Document::load_mem(bytes).map_err(|error| format!("it is no PDF that can be read: {error}"))?;
    if document.is_encrypted() {
        return Err("it is locked by a password: save it without".to_owned());
    }
    let text = |page: &u32| {
        let text = document.extract_text_with_limit(&[*page], MOST_PAGE_BYTES);
        text.map_err(|error| format!("its page {page} cannot be read: {error}"))
    };
    document.get_pages().keys().map(text).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use lopdf::content::{Content, Operation};
    use lopdf::{Document, Object, Stream, dictionary};

    /// A document with these texts, one a page.
    pub(in crate::draft) fn written(texts: &[&str]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let font = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        });
        let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
        let mut pages: Vec<Object> = Vec::new();
        for text in texts {
            let operations = vec![
                Operation::new("BT", vec![]),
                Operation::new("Tf", vec!["F1".into(), 12.into()]),
                Operation::new("Td", vec![50.into(), 700.into()]),
                Operation::new("Tj", vec![Object::string_literal(*text)]),
                Operation::new("ET", vec![]),
            ];
            let bytes = Content { operations }.encode().unwrap();
            let content = document.add_object(Stream::new(dictionary! {}, bytes));
            let page =
                dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources };
            pages.push(document.add_object(page).into());
        }
        let count = i64::try_from(pages.len()).unwrap();
        let kids = dictionary! { "Type" => "Pages", "Kids" => pages, "Count" => count };
        document.objects.insert(tree, Object::Dictionary(kids));
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn pages_follow_each_other_and_what_cannot_be_read_says_why() {
        let text = super::text(&written(&["A refund takes ten days.", "Invoices are sent by mail."])).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["A refund takes ten days.", "Invoices are sent by mail."]);
        assert!(super::text(&written(&[""])).unwrap_err().contains("only pictures"));
        assert!(super::text(b"%PDF-1.5 and then nothing").unwrap_err().contains("no PDF that can be read"));
    }
}
