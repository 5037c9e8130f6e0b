/// A place in one of the texts that a tree was composed from; line and column count from 1, columns in Unicode scalars.
struct YAMLPlace: Sendable, Hashable {
    /// In no text.
    static let none = YAMLPlace(source: -1, line: 0, column: 0)

    /// Which text: an index into the reader's list of sources.
    var source: Int
    var line: Int
    var column: Int
}

/// A node of a composed document, with the place it starts at.
///
/// Scalars are kept as their text: what a text means is the business of whoever reads the key.
struct YAMLNode: Sendable, Hashable {
    enum Style: Sendable, Hashable {
        case plain
        case singleQuoted
        case doubleQuoted
        /// Literal or folded.
        case block
    }

    enum Content: Sendable, Hashable {
        case scalar(String, Style)
        case mapping([Pair])
        case sequence([YAMLNode])
    }

    struct Pair: Sendable, Hashable {
        var key: YAMLNode
        var value: YAMLNode
    }

    var content: Content
    var place: YAMLPlace
    /// Carries an anchor, or is an alias of a node that does: editing it may change other places as well.
    var isAnchored = false
    /// The resolved tag.
    var tag = ""

    var scalar: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    var pairs: [Pair]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }

    var items: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// An absent value: nothing, `~` or `null`, unquoted.
    var isNull: Bool {
        if case .scalar(let text, .plain) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
    }

    /// The value of a key of this mapping; nil if this is no mapping or has no such key.
    subscript(key: String) -> YAMLNode? {
        pairs?.first { $0.key.scalar == key }?.value
    }

    /// What this is, for a message.
    var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text or number"
        case .mapping: "a mapping"
        case .sequence: "a list"
        }
    }

    /// Whether two trees hold the same data, bit for bit, wherever they stand.
    func isSame(as other: YAMLNode) -> Bool {
        guard tag == other.tag, isAnchored == other.isAnchored else { return false }
        switch (content, other.content) {
        case (.scalar(let mine, let style), .scalar(let theirs, let otherStyle)):
            return style == otherStyle && mine.utf8.elementsEqual(theirs.utf8)
        case (.mapping(let mine), .mapping(let theirs)):
            return mine.count == theirs.count
                && zip(mine, theirs).allSatisfy { $0.key.isSame(as: $1.key) && $0.value.isSame(as: $1.value) }
        case (.sequence(let mine), .sequence(let theirs)):
            return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isSame(as: $1) }
        default:
            return false
        }
    }
}
