import FoundationEssentials

/// The first record of a journal, as far as this module reads it: `{"schema":"haldane.journal/1", …}`.
enum JournalSchema {
    /// The schema that this version writes.
    static let current = "haldane.journal/1"

    private static let prefix = "haldane.journal/"
    private static let major = "1"

    private struct Header: Decodable {
        var schema: String
    }

    /// The header of a journal whose own header was lost with a torn first flush.
    static func makeRecoveredHeader(runID: String) -> [UInt8] {
        Array(#"{"schema":"\#(current)","run":"\#(runID)","recovered":true}"#.utf8)
    }

    /// Throws unless the record is a header with a major version that this program reads.
    ///
    /// A minor version (`haldane.journal/1.2`) is accepted: it may only add keys and kinds of records.
    static func check(_ record: [UInt8], path: String) throws(JournalError) {
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(record))
        } catch {
            throw JournalError(.corrupt, "'\(path)' does not begin with a journal header")
        }
        guard header.schema.hasPrefix(prefix) else {
            let name = String(header.schema.prefix(60))
            throw JournalError(.corrupt, "'\(path)' is not a journal: its schema is '\(name)'")
        }
        let version = header.schema.dropFirst(prefix.count)
        guard version == major || version.hasPrefix(major + ".") else {
            throw JournalError(
                .unsupportedVersion,
                "'\(path)' has journal version \(version.prefix(20)), and this Haldane reads version \(major)",
                hint: "use the Haldane that wrote it"
            )
        }
    }
}
