/// One part of a page under its own heading.
package struct PageSection: Sendable {
    /// The anchor: `errors`.
    package var id: String
    /// What it answers, as a heading.
    package var title: String
    /// One word for the page's list of contents.
    package var short: String
    package var blocks: [PageBlock]

    init(_ id: String, _ title: String, short: String, _ blocks: [PageBlock]) {
        self.id = id
        self.title = title
        self.short = short
        self.blocks = blocks
    }

    /// A section that has nothing to show, and why.
    init(_ id: String, _ title: String, short: String, nothing words: String) {
        self.init(id, title, short: short, [.nothing(words)])
    }
}

/// A piece of a section.
package enum PageBlock: Sendable {
    /// What the section says, in the biggest letters after the verdict.
    case lead(String)
    case paragraph(String)
    /// What a reader must know to read the section right.
    case caution(String)
    /// Why there is nothing to show.
    case nothing(String)
    case heading(String)
    /// A picture with its sentence, and the table of its data behind a fold.
    case chart(any Chart)
    case table(PageTable)
    case terms([PageTerm])
    case list([String])
    /// Numbers that stand for themselves.
    case tiles([PageTile])
    /// To be copied, one command a line.
    case code(String)
}

/// A table with a heading row; the first cell of each row is its heading.
package struct PageTable: Sendable {
    package struct Column: Sendable {
        package var name: String
        package var isNumeric: Bool
        /// Whether it holds sentences, which need room.
        package var isWide: Bool

        init(_ name: String, isNumeric: Bool = false, isWide: Bool = false) {
            self.name = name
            self.isNumeric = isNumeric
            self.isWide = isWide
        }
    }

    package struct Row: Sendable {
        package var cells: [String]
        /// What links lead to, if anything.
        package var anchor: String?
        /// `good`, `bad`, `warning`: a symbol in front of the first cell and a word for those who do not see it.
        package var tone: PageTone?

        init(_ cells: [String], anchor: String? = nil, tone: PageTone? = nil) {
            self.cells = cells
            self.anchor = anchor
            self.tone = tone
        }
    }

    package var caption: String
    package var columns: [Column]
    package var rows: [Row]

    init(_ caption: String, columns: [Column], rows: [Row]) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
    }
}

/// A word and what it stands for.
package struct PageTerm: Sendable {
    package var name: String
    package var words: String

    init(_ name: String, _ words: String) {
        self.name = name
        self.words = words
    }
}

/// A number in big letters, what it is, and how sure it is.
package struct PageTile: Sendable {
    package var label: String
    package var number: String
    package var detail: String
    package var tone: PageTone

    init(_ label: String, _ number: String, _ detail: String, tone: PageTone = .neutral) {
        self.label = label
        self.number = number
        self.detail = detail
        self.tone = tone
    }
}

/// How a thing is meant: always a symbol with a word, and colour beside them.
package enum PageTone: String, Sendable {
    case good
    case bad
    case warning
    case neutral

    init(_ tone: StoryEvent.Tone) {
        self =
            switch tone {
            case .good: .good
            case .bad: .bad
            case .warning: .warning
            case .neutral: .neutral
            }
    }

    var symbol: String {
        switch self {
        case .good: "✔"
        case .bad: "✖"
        case .warning: "▲"
        case .neutral: "·"
        }
    }

    /// For readers who are told the text only.
    var word: String {
        switch self {
        case .good: "good: "
        case .bad: "bad: "
        case .warning: "warning: "
        case .neutral: ""
        }
    }
}
