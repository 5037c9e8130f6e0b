package import CanaryJournal
package import CanaryReport
import FoundationEssentials

/// The rows of a folder's finished journals, kept in a file beside them so that long journals are not read again for a list.
///
/// JSON Lines: a line that says the form, then one a journal. Never needed: a line that is damaged, or whose journal has another size
/// or time by now, counts for nothing, and a folder that cannot be written has no index. Several processes may write it: each
/// writes all it knows, and the last one wins.
package struct HistoryIndex {
    /// The file's name in the folder.
    package static let fileName = "history.index"

    private struct Entry: Codable {
        var file: String
        var bytes: Int
        var modified: Int64
        var torn: Int
        var row: HistoryRow
    }

    private struct Form: Codable {
        var schema: String
        var form: Int
    }

    private let folder: String
    private var entries: [String: Entry] = [:]
    private var hasChanged = false

    /// Reads the index of a folder, if there is one.
    package init(folder: String) {
        self.folder = folder
        // No index, and one that cannot be read, are the same.
        guard let bytes = try? AtomicFile.read("\(folder)/\(Self.fileName)", limit: Self.mostBytes)
        else { return }
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        let decoder = JSONDecoder()
        guard let first = lines.popFirst(), let form = try? decoder.decode(Form.self, from: Data(first)),
            form.schema == Self.schema, form.form == HistoryRow.form
        else { return }
        for line in lines {
            guard let entry = try? decoder.decode(Entry.self, from: Data(line)) else {
                hasChanged = true
                continue
            }
            entries[entry.file] = entry
        }
    }

    /// The row of a journal as it is now.
    package func row(of file: JournalFile, _ stamp: FileStamp) -> (row: HistoryRow, tornBytes: Int)? {
        guard let entry = entries[file.runID], entry.bytes == stamp.bytes, entry.modified == stamp.modified else {
            return nil
        }
        return (entry.row, entry.torn)
    }

    /// Notes a journal that was read; one that may still grow is not noted.
    package mutating func note(_ file: JournalFile, _ stamp: FileStamp, _ read: JournalRow) {
        guard read.fault == nil, let row = read.row, row.outcome != nil else { return }
        entries[file.runID] = Entry(
            file: file.runID,
            bytes: stamp.bytes,
            modified: stamp.modified,
            torn: read.tornBytes,
            row: row
        )
        hasChanged = true
    }

    /// Writes what has changed, if the folder can be written.
    ///
    /// - Parameter files: the journals that are there; what is known of others is dropped.
    package mutating func save(keeping files: [JournalFile]) {
        let names = Set(files.map(\.runID))
        let known = entries.count
        entries = entries.filter { names.contains($0.key) }
        guard hasChanged || entries.count != known else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            var bytes = Array(try encoder.encode(Form(schema: Self.schema, form: HistoryRow.form)))
            for (_, entry) in entries.sorted(by: { $0.key < $1.key }) {
                bytes.append(UInt8(ascii: "\n"))
                bytes += try encoder.encode(entry)
            }
            bytes.append(UInt8(ascii: "\n"))
            try AtomicFile.write(bytes, to: "\(folder)/\(Self.fileName)")
        } catch {
            // A folder that is read-only, or full, is listed all the same; it only takes longer.
        }
        hasChanged = false
    }

    private static let schema = "haldane.history-index/1"
    private static let mostBytes = 64 << 20
}
