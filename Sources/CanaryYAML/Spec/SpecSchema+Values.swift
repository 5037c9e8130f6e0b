/// The values that a schema is made of.
extension SpecSchema {
    indirect enum Value: Sendable {
        case text(String)
        case number(String)
        case raw(String)
        case list([Value])
        case object([(String, Value)])

        func rendered(indent: Int) -> String {
            let inner = String(repeating: " ", count: indent + 2)
            let outer = String(repeating: " ", count: indent)
            switch self {
            case .text(let text): return Value.quoted(text)
            case .number(let text), .raw(let text): return text
            case .list(let items):
                return "[" + items.map { $0.rendered(indent: indent) }.joined(separator: ", ") + "]"
            case .object(let members):
                guard !members.isEmpty else { return "{}" }
                let lines = members.map { inner + Value.quoted($0) + ": " + $1.rendered(indent: indent + 2) }
                return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}"
            }
        }

        private static func quoted(_ text: String) -> String {
            var result = "\""
            for scalar in text.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
            return result + "\""
        }
    }

    static func members(_ value: Value) -> [(String, Value)] {
        if case .object(let members) = value { members.filter { $0.0 != "description" } } else { [] }
    }

    /// A mapping that takes the keys of its section and no others, in their usual order.
    static func mapping(_ path: String, _ about: String, required: [String], _ properties: [String: Value])
        -> Value
    {
        let keys = (SpecKeys.sections[path] ?? PolicyKeys.sections[path])?.known ?? []
        var members: [(String, Value)] = [
            ("type", .text("object")), ("description", .text(about)), ("additionalProperties", .raw("false")),
        ]
        if !required.isEmpty { members.append(("required", .list(required.map { .text($0) }))) }
        members.append(("properties", .object(keys.compactMap { key in properties[key].map { (key, $0) } })))
        return .object(members)
    }

    static func text(_ about: String, pattern: String? = nil) -> Value {
        .object(
            [("type", .text("string")), ("minLength", .number("1"))]
                + (pattern.map { [("pattern", .text($0))] } ?? []) + [("description", .text(about))]
        )
    }

    static func free(_ about: String) -> Value {
        .object([("type", .text("object")), ("description", .text(about))])
    }

    static func constant(_ word: String) -> Value { .object([("const", .text(word))]) }

    static func choice(_ about: String, _ words: [String]) -> Value {
        .object([
            ("enum", .list(words.map { .text($0) })), ("default", .text(words.first ?? "")),
            ("description", .text(about)),
        ])
    }

    static func ratio(_ about: String, _ standard: String) -> Value {
        .object([
            ("type", .text("number")), ("minimum", .number("1")), ("maximum", .number("100")),
            ("default", .number(standard)),
            ("description", .text(about)),
        ])
    }

    static func percent(_ about: String, _ standard: String?) -> Value {
        matched(about, "^[0-9]+(\\.[0-9]+)?%$", standard)
    }

    static func points(_ about: String, _ standard: String) -> Value {
        matched(about, "^[0-9]+(\\.[0-9]+)?pp$", standard)
    }

    static func duration(_ about: String, _ standard: String) -> Value {
        matched(about, "^([0-9]+(\\.[0-9]+)?(ms|d|h|m|s))+$", standard)
    }

    static func matched(_ about: String, _ pattern: String, _ standard: String?) -> Value {
        .object(
            [("type", .text("string")), ("pattern", .text(pattern))]
                + (standard.map { [("default", .text($0))] } ?? []) + [("description", .text(about))]
        )
    }
}
