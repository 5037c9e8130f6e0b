/// YAML text to values, for documents that are data and not ours to edit, such as a kubeconfig.
package enum YAMLText {
    /// The text is not YAML, or is beyond the bounds.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    /// The first document of a text, as the values that JSON has; null if there is none.
    ///
    /// Unquoted words are read as in the core schema of YAML 1.2. JSON is read as well.
    package static func parse(_ text: String) throws(Failure) -> JSONValue {
        do {
            return try YAMLComposer.compose(text).first.map(value) ?? .null
        } catch {
            throw Failure(description: "line \(error.line), column \(error.column): \(error.message)")
        }
    }

    /// All documents of a text, as `parse` reads the first one.
    package static func documents(_ text: String) throws(Failure) -> [JSONValue] {
        do {
            return try YAMLComposer.compose(text).map(value)
        } catch {
            throw Failure(description: "line \(error.line), column \(error.column): \(error.message)")
        }
    }

    private static func value(_ node: YAMLNode) -> JSONValue {
        switch node.content {
        case .scalar(let text, .plain):
            node.isNull ? .null : plain(text)
        case .scalar(let text, _):
            .string(text)
        case .sequence(let items):
            .array(items.map(value))
        case .mapping(let pairs):
            // The composer has refused keys that occur twice.
            .object(
                Dictionary(pairs.compactMap { pair in pair.key.scalar.map { ($0, value(pair.value)) } }) { $1 }
            )
        }
    }

    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard let first = digits.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            text.utf8.count - digits.count <= 1, first != UInt8(ascii: "0") || digits.count == 1 || !isDigits(digits)
        else { return .string(text) }
        if isDigits(digits), let number = Int64(text) { return .integer(number) }
        let isNumeric = digits.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
        guard isNumeric, let number = Double(text), number.isFinite else { return .string(text) }
        return .number(number)
    }

    private static func isDigits(_ text: some Collection<UInt8>) -> Bool {
        text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
