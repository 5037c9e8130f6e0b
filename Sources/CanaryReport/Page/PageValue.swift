import Mustache

/// A value that a page's template names. Text is escaped unless it says that it is markup already.
enum PageValue: Sendable {
    /// Any text, also untrusted one.
    case text(String)
    /// Well-formed markup that we made.
    case markup(String)
    case flag(Bool)
    case list([PageValue])
    case object([String: PageValue])

    /// What the template engine is given.
    var rendered: Any {
        switch self {
        case .text(let text): Piece(renderText: PageText.escaped(text), isNull: text.isEmpty)
        case .markup(let markup): Piece(renderText: markup, isNull: markup.isEmpty)
        case .flag(let flag): flag
        case .list(let items): items.map(\.rendered)
        case .object(let members): Members(members: members)
        }
    }

    private struct Piece: MustacheCustomRenderable, MustacheParent {
        let renderText: String
        let isNull: Bool

        /// A text has no members.
        func child(named: String) -> Any? { nil }
    }

    private struct Members: MustacheParent {
        let members: [String: PageValue]

        func child(named name: String) -> Any? { members[name]?.rendered }
    }
}

extension PageValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: PageValue...) { self = .list(elements) }
    /// The last of equal keys wins.
    init(dictionaryLiteral elements: (String, PageValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
