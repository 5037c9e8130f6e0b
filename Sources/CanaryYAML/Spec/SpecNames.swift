/// Names as Kubernetes allows them: they become parts of paths and of API calls.
enum SpecNames {
    /// A DNS subdomain: an object's name.
    static func object(_ parent: SpecReader.Section?, _ key: String, with reader: inout SpecReader) -> String? {
        name(parent, key, limit: 253, allowsDots: true, with: &reader)
    }

    /// A DNS label: a namespace.
    static func namespace(_ parent: SpecReader.Section?, _ key: String, with reader: inout SpecReader) -> String? {
        name(parent, key, limit: 63, allowsDots: false, with: &reader)
    }

    private static func name(
        _ parent: SpecReader.Section?,
        _ key: String,
        limit: Int,
        allowsDots: Bool,
        with reader: inout SpecReader
    ) -> String? {
        guard let parent, let node = reader.node(parent, key) else { return nil }
        guard let text = reader.text(node, path: parent.child(key), "a name") else { return nil }
        guard isName(text, limit: limit, allowsDots: allowsDots) else {
            let characters =
                allowsDots ? "lower-case letters, digits, '-' and '.'" : "lower-case letters, digits and '-'"
            reader.fail(
                "\(parent.child(key)) must be at most \(limit) \(characters), "
                    + "with a letter or digit at both ends of each part",
                at: node
            )
            return nil
        }
        return text
    }

    /// Whether Kubernetes would take this as a name.
    static func isName(_ text: String, limit: Int, allowsDots: Bool) -> Bool {
        func isEdge(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard text.utf8.count <= limit else { return false }
        let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return (allowsDots || parts.count == 1)
            && parts.allSatisfy { part in
                part.allSatisfy { isEdge($0) || $0 == 0x2D } && (part.first.map(isEdge) ?? false)
                    && (part.last.map(isEdge) ?? false)
            }
    }
}
