import CanaryYAML

/// A label or field selector: conditions that must all hold.
struct Selector: Sendable {
    private enum Condition: Sendable {
        case within(key: String, values: Set<String>)
        case outside(key: String, values: Set<String>)
        case present(key: String)
        case absent(key: String)
    }

    private var conditions: [Condition] = []

    /// Fulfilled by everything.
    static let everything = Selector()

    private init() {}

    /// - Throws: a bad request if the text is no label selector.
    init(labels text: String) throws(APIStatus) {
        for part in Self.parts(text) {
            guard let condition = Self.condition(part) else {
                throw .badRequest("unable to parse requirement: found '\(part)'")
            }
            conditions.append(condition)
        }
    }

    /// - Throws: a bad request if the text is no field selector, or asks for a field that the kind cannot be chosen by.
    init(fields text: String, of kind: ClusterKind) throws(APIStatus) {
        let known = kind == .pods ? Self.fieldsOfPods : Self.fieldsOfAll
        for part in text.split(separator: ",").map(String.init) {
            guard let condition = Self.comparison(part) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            switch condition {
            case .within(let key, _), .outside(let key, _), .present(let key), .absent(let key):
                guard known.contains(key) else { throw .badRequest("field label not supported: \(key)") }
            }
            conditions.append(condition)
        }
    }

    func matches(_ values: [String: String]) -> Bool {
        conditions.allSatisfy { condition in
            switch condition {
            case .within(let key, let accepted): values[key].map(accepted.contains) ?? false
            case .outside(let key, let refused): !(values[key].map(refused.contains) ?? false)
            case .present(let key): values[key] != nil
            case .absent(let key): values[key] == nil
            }
        }
    }

    /// The value that a key must have, if there is exactly one.
    func only(_ key: String) -> String? {
        for case .within(key, let values) in conditions where values.count == 1 { return values.first }
        return nil
    }

    /// What a field selector looks at.
    static func fields(of object: JSONValue) -> [String: String] {
        [
            "metadata.name": object["metadata"]?["name"]?.string ?? "",
            "metadata.namespace": object["metadata"]?["namespace"]?.string ?? "",
            "status.phase": object["status"]?["phase"]?.string ?? "",
            "status.podIP": object["status"]?["podIP"]?.string ?? "",
            "spec.nodeName": object["spec"]?["nodeName"]?.string ?? "",
        ]
    }

    private static let fieldsOfAll: Set<String> = ["metadata.name", "metadata.namespace"]
    private static let fieldsOfPods = fieldsOfAll.union(["status.phase", "status.podIP", "spec.nodeName"])

    /// Splits at commas outside of parentheses.
    private static func parts(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth <= 0 {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        if !part.isEmpty || !parts.isEmpty { parts.append(part) }
        return parts.map(trimmed)
    }

    private static func condition(_ text: String) -> Condition? {
        if text.hasSuffix(")"), let open = text.firstIndex(of: "(") {
            let words = text[..<open].split(separator: " ").map(String.init)
            let inside = text[text.index(after: open)...].dropLast()
            let values = inside.split(separator: ",").map { trimmed(String($0)) }
            guard words.count == 2, isKey(words[0]), !values.isEmpty else { return nil }
            switch words[1] {
            case "in": return .within(key: words[0], values: Set(values))
            case "notin": return .outside(key: words[0], values: Set(values))
            default: return nil
            }
        }
        if let comparison = comparison(text) { return comparison }
        if text.hasPrefix("!") {
            let key = trimmed(String(text.dropFirst()))
            return isKey(key) ? .absent(key: key) : nil
        }
        return isKey(text) ? .present(key: text) : nil
    }

    private static func comparison(_ text: String) -> Condition? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        var key = text[..<sign]
        var value = text[text.index(after: sign)...]
        let isNegated = key.hasSuffix("!")
        if isNegated { key = key.dropLast() }
        if value.hasPrefix("="), !isNegated { value = value.dropFirst() }
        let name = trimmed(String(key))
        let wanted = trimmed(String(value))
        guard isKey(name), !wanted.contains("=") else { return nil }
        return isNegated ? .outside(key: name, values: [wanted]) : .within(key: name, values: [wanted])
    }

    private static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-_./".contains($0) }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
