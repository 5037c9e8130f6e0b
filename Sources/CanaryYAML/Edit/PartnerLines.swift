import CanaryCore

/// The lines of an entry that is added beside a lone destination, in the neighbour's manner.
struct PartnerLines {
    private let entry: PartnerEntry
    /// How the neighbour writes the host that both share, with its quotes.
    private var sharedHost: (text: String, token: String)?
    /// From the dash to the entry's keys.
    private let keyIndent: Int
    /// From the key `destination` to its own keys.
    private let childIndent: Int
    /// From the key `port` to its own keys.
    private let portIndent: Int

    init(of lone: RouteDestination, partner: DestinationSpec, weight: Int, located: LocatedRule, source: SourceText) {
        entry = PartnerEntry(of: lone, partner: partner, weight: weight, located: located)
        let destination = lone.node["destination"]
        if let node = destination?["host"], let token = source.token(of: node) { sharedHost = (lone.host, token.text) }
        let line = source.line(lone.node.place.line).unicodeScalars
        let before = line.prefix(max(0, lone.node.place.column - 1))
        let gap = before.lastIndex(of: "-").map { before.distance(from: $0, to: before.endIndex) } ?? 2
        let isFlow = source.isFlow(lone.node)
        keyIndent = isFlow ? 2 : max(2, gap)
        let keyColumn = lone.node.place.column
        func indent(_ node: YAMLNode?, below column: Int) -> Int {
            guard let node, !isFlow, !source.isFlow(node), node.place.column > column else { return 2 }
            return node.place.column - column
        }
        childIndent = indent(destination, below: keyColumn)
        let isFlat = destination.map(source.isFlow) ?? false
        portIndent = isFlat ? 2 : indent(destination?["port"], below: keyColumn + childIndent)
    }

    func rendered(indent: Int) -> [String] {
        var lines = rendered(entry.members, indent: indent + keyIndent, steps: [childIndent, portIndent])
        guard let first = lines.first else { return [] }
        // The dash stands in the first line's indentation.
        lines[0] = spaces(indent) + "-" + spaces(keyIndent - 1) + first.drop { $0 == " " }
        return lines
    }

    /// The entry as a tree; nil if its lines do not mean what they should.
    func node() -> YAMLNode? {
        let text = rendered(indent: 0).joined(separator: "\n")
        // A text of our own that is not YAML means that a name cannot be written, which the caller reports.
        guard let node = (try? YAMLComposer.compose(text))?.first?.items?.first, means(node, entry.members) else {
            return nil
        }
        return node
    }

    private func rendered(_ members: [(key: String, value: PartnerEntry.Value)], indent: Int, steps: [Int]) -> [String]
    {
        members.flatMap { key, value -> [String] in
            switch value {
            case .text(let text) where key == "host" && text == sharedHost?.text:
                [spaces(indent) + "host: \(sharedHost?.token ?? text)"]
            case .text(let text): [spaces(indent) + "\(key): \(Self.scalar(text))"]
            case .number(let text): [spaces(indent) + "\(key): \(Self.number(text))"]
            case .mapping(let inner):
                [spaces(indent) + "\(key):"]
                    + rendered(inner, indent: indent + (steps.first ?? 2), steps: Array(steps.dropFirst()))
            }
        }
    }

    private func means(_ node: YAMLNode?, _ members: [(key: String, value: PartnerEntry.Value)]) -> Bool {
        node?.pairs?.count == members.count
            && members.allSatisfy { key, value in
                switch value {
                case .text(let text), .number(let text): node?[key]?.scalar == text
                case .mapping(let inner): means(node?[key], inner)
                }
            }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    /// A port as it may stand without quotes, else with them.
    private static func number(_ text: String) -> String {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : scalar(text)
    }

    /// A text as a plain scalar where every YAML reader takes it for a text, else in double quotes.
    static func scalar(_ text: String) -> String {
        let words: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 }
        let isPlain =
            text.utf8.first.map(isLetter) == true && !words.contains(text.lowercased())
            && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let hex = String(scalar.value, radix: 16)
                quoted += "\\x" + (hex.count < 2 ? "0" : "") + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
