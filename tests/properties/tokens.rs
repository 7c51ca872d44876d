//! Programs as tokens: takes a text, gives its tokens with what stands before each. From that, a right program is laid out in
//! as many ways as there are choices: blanks, line ends, and comments wherever the language lets them stand.

/// A piece of a program, and the blanks and line ends before it.
#[derive(Debug, Clone)]
pub struct Token {
    pub gap: String,
    pub text: String,
}

impl Token {
    pub fn is_comment(&self) -> bool {
        self.text.starts_with("//")
    }
}

/// All tokens, comments included.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let token = rest.trim_start();
        let gap = rest[..rest.len() - token.len()].to_owned();
        let length = length(token);
        if length == 0 {
            return found;
        }
        found.push(Token { gap, text: token[..length].trim_end().to_owned() });
        rest = &token[length..];
    }
}

/// How long the token is that a text begins with.
fn length(text: &str) -> usize {
    let until = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    let Some(first) = text.chars().next() else { return 0 };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match first {
        '/' if text.starts_with("//") => text.find(['\r', '\n']).unwrap_or(text.len()),
        '$' if text.starts_with("$$") => until(2, "$$"),
        '\'' => until(1, "'"),
        '"' => until(1, "\""),
        // A line of a table stands as it is.
        '|' if !text.starts_with("||") => text.find(['\r', '\n']).unwrap_or(text.len()),
        _ if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        _ if ["<=", ">=", "!=", "->", "..", "<>", "==", "&&", "||"].iter().any(|sign| text.starts_with(sign)) => 2,
        _ => first.len_utf8(),
    }
}

/// The texts of the comments, in order.
pub fn comments(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(Token::is_comment).map(|token| token.text).collect()
}

/// The declarations of a text, each with the `///` above it.
pub fn declarations(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut after_doc = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let begins = !line.starts_with([' ', '}', ')', '$']) && !after_doc;
        after_doc = line.starts_with("///");
        match found.last_mut() {
            Some(last) if !begins => *last += &format!("\n{line}"),
            _ => found.push(line.to_owned()),
        }
    }
    found
}

/// Numbers to choose by, which a failing test makes small.
pub struct Choices {
    bytes: Vec<u8>,
    at: usize,
    comments: usize,
}

impl Choices {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, comments: 0 }
    }

    /// Less than `many`.
    pub fn next(&mut self, many: usize) -> usize {
        let byte = self.bytes.get(self.at % self.bytes.len().max(1)).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % many
    }

    /// One of these.
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.next(of.len())]
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.next(at + 1));
        }
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        let text =
            self.one(&["", " where not { (", " 'it''s", " é 🙂", " //", " \"", " audience x of y where z", "   "]);
        format!("// c{}{text}", self.comments)
    }

    /// A line end, perhaps with comments before and on lines of their own.
    fn line(&mut self) -> String {
        let mut out = self.one(&["", " ", "\t"]).to_owned();
        if self.next(2) == 0 {
            out += &self.comment();
        }
        for _ in 0..self.next(3) {
            out += "\n  ";
            if self.next(3) == 0 {
                out += &self.comment();
            }
        }
        out + "\n" + &" ".repeat(1 + self.next(5))
    }
}

const SIGNS: &[&str] = &["<", ">", "<=", ">=", "=", "!=", "+", "*", "/", ".."];
const WORDS: &[&str] = &["and", "or", "in", "is", "within", "where", "when", "until", "from"];
/// Words after which a line may end.
const OPEN: &[&str] = &["and", "or", "not", "where", "when", "until"];

/// What may stand between two tokens of a declaration, `open` being the brackets around.
fn gap(before: &Token, token: &Token, open: &[&str], is_columns: bool, choices: &mut Choices) -> String {
    let blank = |choices: &mut Choices| choices.one(&[" ", "  ", "\t"]).to_owned();
    let (last, next) = (before.text.as_str(), token.text.as_str());
    if before.is_comment() || last.starts_with("| ") || next.starts_with("| ") {
        return token.gap.clone();
    }
    if open.last() == Some(&"(") {
        let tight = token.gap.is_empty() && !matches!(last, "(" | ",") && !matches!(next, ")" | ",");
        return match choices.next(4) {
            _ if tight => String::new(),
            0 => choices.line(),
            _ if token.gap.is_empty() => choices.one(&["", " "]).to_owned(),
            _ => blank(choices),
        };
    }
    if token.gap.contains('\n') {
        let is_item = next.starts_with(|c: char| c.is_alphabetic() || c == '\'') && !WORDS.contains(&next);
        let separates = open.last() == Some(&"{") && last != "{" && is_item;
        return if separates && choices.next(5) == 0 { "; ".to_owned() } else { choices.line() };
    }
    let continues = SIGNS.contains(&next) || WORDS.contains(&next) || OPEN.contains(&last);
    let bends = (continues && (!is_columns || open.is_empty())) || last == "{" || next == "}";
    match token.gap.is_empty() {
        true => String::new(),
        false if bends && choices.next(2) == 0 => choices.line(),
        false => blank(choices),
    }
}

/// A declaration in another layout.
fn laid_out(declaration: &str, choices: &mut Choices) -> String {
    let tokens = tokens(declaration);
    let word = tokens.iter().find(|token| !token.is_comment()).map_or("", |token| token.text.as_str());
    let is_columns = matches!(word, "source" | "destination");
    let (mut out, mut open) = (String::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 {
            let gap = gap(&tokens[at - 1], token, &open, is_columns, choices);
            // A comment right behind a `/` would take it in.
            out += if tokens[at - 1].text == "/" && gap.starts_with('/') { " " } else { "" };
            out += &gap;
        }
        match token.text.as_str() {
            "(" => open.push("("),
            "{" => open.push("{"),
            ")" | "}" => drop(open.pop()),
            _ => {}
        }
        out += &token.text;
    }
    out
}

/// The declarations as one file in another layout.
pub fn written(declarations: &[String], choices: &mut Choices) -> String {
    let mut out = String::new();
    for declaration in declarations {
        if choices.next(3) == 0 {
            out += &format!("{}\n{}", choices.comment(), choices.one(&["", "\n"]));
        }
        out += &laid_out(declaration, choices);
        if choices.next(3) == 0 {
            out += &format!("  {}", choices.comment());
        }
        out += choices.one(&["\n", "\n\n", "\n\n\n"]);
    }
    if choices.next(4) == 0 {
        out += &choices.comment();
    }
    if choices.next(4) == 0 { out.replace('\n', "\r\n") } else { out }
}

/// The words of a program under other names; texts stay.
pub fn renamed(text: &str, name: impl Fn(&str) -> Option<String>) -> String {
    let tokens = tokens(text).into_iter();
    tokens.map(|token| token.gap + &name(&token.text).unwrap_or(token.text)).collect()
}
