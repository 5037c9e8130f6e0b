/// What is wrong with a header or a record, in words that hold no text of the journal: it may be anybody's.
enum JournalFlaw {
    /// `the header cannot be read: pace.interval is out of range`.
    static func error(_ what: String, _ words: String) -> JournalError {
        JournalError(
            .corrupt,
            "\(what) cannot be read",
            cause: words,
            hint: "use the Haldane that wrote it, or a newer one; otherwise the journal is damaged"
        )
    }

    /// What a decoder said.
    static func words(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it has another form" }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(place(context.codingPath)) has no value"
        case .typeMismatch(_, let context): return "\(place(context.codingPath)) is of another kind"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not JSON" : "\(place(context.codingPath)) has no known value"
        @unknown default: return "it has another form"
        }
    }

    /// `spec.pace.interval`; keys that are no plain names, as those of somebody's table, are not told.
    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "it" }
        let names = path.suffix(8).map { key in
            if let index = key.intValue { return "\(index)" }
            let name = key.stringValue
            let isPlain = name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
            return isPlain && (1...32).contains(name.utf8.count) ? name : "…"
        }
        return names.joined(separator: ".")
    }
}
