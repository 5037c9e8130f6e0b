/// Writes a schema's values as YAML in block style.
enum YAMLLines {
    typealias Value = SpecSchema.Value

    /// The document of an object, with a final newline.
    static func text(_ value: SpecSchema.Value) -> String {
        lines(value).joined(separator: "\n") + "\n"
    }

    private static func lines(_ value: Value) -> [String] {
        switch value {
        case .object(let members) where !members.isEmpty:
            return members.flatMap { key, member -> [String] in
                let name = scalar(key)
                switch member {
                case .object(let inner) where !inner.isEmpty:
                    return ["\(name):"] + lines(member).map { "  " + $0 }
                case .list(let items) where !items.isEmpty:
                    return ["\(name):"] + lines(member).map { "  " + $0 }
                default: return ["\(name): \(inline(member))"]
                }
            }
        case .list(let items) where !items.isEmpty:
            return items.flatMap { item -> [String] in
                switch item {
                case .object(let inner) where !inner.isEmpty:
                    let body = lines(item)
                    return ["- " + (body.first ?? "")] + body.dropFirst().map { "  " + $0 }
                default: return ["- " + inline(item)]
                }
            }
        default: return [inline(value)]
        }
    }

    private static func inline(_ value: Value) -> String {
        switch value {
        case .text(let text): scalar(text)
        case .number(let text), .raw(let text): text
        case .list(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
        case .object: "{}"
        }
    }

    /// Plain if no reader could take it for something else, else in double quotes.
    private static func scalar(_ text: String) -> String {
        let isWord =
            text.utf8.first.map { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) } == true
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-./_".utf8.contains(byte)
            }
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        if isWord, !words.contains(text.lowercased()) { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
