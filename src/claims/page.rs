//! The page of a claim is the module documentation of its file; there is no second copy.

/// A claim's page: plain paragraphs, with formulas between `$$`.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The paragraphs, in order; a formula is a paragraph of its own.
    pub blocks: Vec<Block>,
}

/// A paragraph of a [`Page`].
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Words, with inline formulas between `$`.
    Text(String),
    /// A displayed formula, LaTeX.
    Formula(String),
}

impl Page {
    /// The leading `//!` lines of a source file.
    pub fn of(source: &str) -> Self {
        let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
        let text = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let mut blocks = Vec::new();
        for (at, part) in text.split("$$").enumerate() {
            if at % 2 == 1 {
                blocks.push(Block::Formula(part.trim().to_owned()));
                continue;
            }
            let paragraphs = part.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
            blocks.extend(paragraphs.map(|paragraph| Block::Text(paragraph.to_owned())));
        }
        Self { blocks }
    }

    /// The page as plain text.
    pub fn to_text(&self) -> String {
        let blocks = self.blocks.iter().map(|block| match block {
            Block::Text(text) => text.clone(),
            Block::Formula(latex) => format!("    {}", latex.replace('\n', "\n    ")),
        });
        blocks.collect::<Vec<_>>().join("\n\n")
    }

    /// The displayed formulas.
    pub fn formulas(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Formula(latex) => Some(latex.as_str()),
            Block::Text(_) => None,
        })
    }
}
