/// How text is decorated. Colour never carries meaning alone: a symbol and a word always come with it.
package struct Style: Sendable, Hashable {
    /// Whether escape sequences for colour may be written.
    package var hasColor: Bool
    /// Whether symbols beyond ASCII may be written.
    package var hasSymbols: Bool

    package init(hasColor: Bool, hasSymbols: Bool = true) {
        self.hasColor = hasColor
        self.hasSymbols = hasSymbols
    }

    package static let plain = Style(hasColor: false)

    /// Decides from the environment: `NO_COLOR`, and a `TERM` that is dumb or not given, turn colour off; `CLICOLOR_FORCE` turns
    /// it on where there is no terminal.
    package init(environment: [String: String], isTerminal: Bool) {
        let isDumb = environment["TERM"].map { $0.isEmpty || $0 == "dumb" } ?? true
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isForced = environment["CLICOLOR_FORCE"].map { !$0.isEmpty && $0 != "0" } ?? false
        let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? "C.UTF-8"
        let name = locale.lowercased()
        hasColor = !isRefused && (isForced || (isTerminal && !isDumb))
        hasSymbols = locale.isEmpty || name.contains("utf-8") || name.contains("utf8")
    }

    /// What a piece of text is about.
    package enum Tone: Sendable, Hashable {
        case good
        case bad
        case warning
        case quiet
        case strong
    }

    package func paint(_ text: String, _ tone: Tone) -> String {
        guard hasColor else { return text }
        let code =
            switch tone {
            case .good: "32"
            case .bad: "31"
            case .warning: "33"
            case .quiet: "2"
            case .strong: "1"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// A sign that stands beside a word.
    package enum Sign: Sendable, Hashable {
        case done
        case failed
        case open
        case unknown
        case started
        case arrow
        case dot
    }

    package func symbol(_ sign: Sign) -> String {
        switch sign {
        case .done: hasSymbols ? "✔" : "+"
        case .failed: hasSymbols ? "✖" : "x"
        case .open: hasSymbols ? "◌" : "o"
        case .unknown: "?"
        case .started: hasSymbols ? "▶" : ">"
        case .arrow: hasSymbols ? "→" : "->"
        case .dot: hasSymbols ? "·" : "-"
        }
    }
}
