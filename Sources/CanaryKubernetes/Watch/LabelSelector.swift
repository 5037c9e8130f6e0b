package import CanaryYAML

/// A label selector as the API takes it, e.g. `app=reviews,version in (v1, v2),!retired`: objects are picked here as the server
/// would pick them.
package struct LabelSelector: Sendable, Hashable {
    /// One part: what a label has to be.
    enum Requirement: Sendable, Hashable {
        case isIn(String, Set<String>)
        /// Also fulfilled by an object without the label.
        case isNotIn(String, Set<String>)
        case exists(String)
        case isAbsent(String)
    }

    let requirements: [Requirement]

    /// Nil for a text that is no selector, or one of a kind that only the server understands.
    package init?(_ text: String) {
        var requirements: [Requirement] = []
        for part in Self.parts(of: text) {
            guard let requirement = Self.requirement(part) else { return nil }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Whether an object with these labels, as they stand in its metadata, is picked.
    package func picks(_ labels: JSONValue?) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .isIn(let key, let values): labels?[key]?.string.map(values.contains) ?? false
            case .isNotIn(let key, let values): !(labels?[key]?.string.map(values.contains) ?? false)
            case .exists(let key): labels?[key] != nil
            case .isAbsent(let key): labels?[key] == nil
            }
        }
    }

    /// A label that every picked object has, with the values it may have; nil if there is none.
    var key: (name: String, values: Set<String>)? {
        for case .isIn(let key, let values) in requirements { return (key, values) }
        return nil
    }

    /// The parts between commas that are not in parentheses.
    private static func parts(of text: String) -> [Substring] {
        var depth = 0
        return text.split { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return character == "," && depth == 0
        }
    }

    private static func requirement(_ part: Substring) -> Requirement? {
        let part = trimmed(part)
        if part.hasSuffix(")") { return listed(part.dropLast()) }
        if let at = part.firstRange(of: "!=") {
            return name(part[..<at.lowerBound]).map { .isNotIn($0, [trimmed(part[at.upperBound...])]) }
        }
        if let at = part.firstRange(of: "==") ?? part.firstRange(of: "=") {
            return name(part[..<at.lowerBound]).map { .isIn($0, [trimmed(part[at.upperBound...])]) }
        }
        if part.hasPrefix("!") { return name(part.dropFirst()).map { .isAbsent($0) } }
        return name(part[...]).map { .exists($0) }
    }

    /// `KEY in (A, B` and `KEY notin (A, B`.
    private static func listed(_ part: Substring) -> Requirement? {
        guard let open = part.firstIndex(of: "(") else { return nil }
        let words = part[..<open].split(separator: " ")
        guard words.count == 2, let key = name(words[0]) else { return nil }
        let values = Set(part[part.index(after: open)...].split(separator: ",").map { trimmed($0) })
        switch words[1] {
        case "in": return .isIn(key, values)
        case "notin": return .isNotIn(key, values)
        default: return nil
        }
    }

    private static func name(_ text: Substring) -> String? {
        let name = trimmed(text)
        let isName = !name.isEmpty && !name.contains { " ()=!<>,".contains($0) }
        return isName ? name : nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let text = text.drop { $0 == " " }
        return String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
    }
}
