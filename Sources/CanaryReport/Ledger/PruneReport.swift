package import CanaryCore
import CanaryTelemetry

/// What was removed of old journals, or would be.
package struct PruneReport: Sendable, Hashable {
    package struct Journal: Sendable, Hashable {
        package var run: String
        package var service: String
        package var endedAt: Timestamp
        package var bytes: Int
        package var path: String
        /// Why it went: its age, or the size of its folder.
        package var why: Why
        /// Why it could not be removed after all.
        package var failure: String?

        package enum Why: String, Sendable, Hashable {
            case age
            case size
        }

        package init(run: String, service: String, endedAt: Timestamp, bytes: Int, path: String, why: Why) {
            self.run = run
            self.service = service
            self.endedAt = endedAt
            self.bytes = bytes
            self.path = path
            self.why = why
        }
    }

    package var isDryRun: Bool
    package var journals: [Journal] = []
    package var folders = 0
    package var leftCount = 0
    package var leftBytes = 0
    /// What is larger or older than wished and stays all the same; one line each.
    package var remarks: [String] = []

    package init(isDryRun: Bool) {
        self.isDryRun = isDryRun
    }

    package var removed: [Journal] { journals.filter { $0.failure == nil } }
    package var failed: [Journal] { journals.filter { $0.failure != nil } }
    package var freedBytes: Int { removed.reduce(0) { $0 &+ $1.bytes } }

    package mutating func add(_ other: PruneReport) {
        journals += other.journals
        folders += other.folders
        leftCount += other.leftCount
        leftBytes = leftBytes &+ other.leftBytes
        remarks += other.remarks
    }

    /// One line a journal and a sum, with a final newline.
    package func text(style: Style) -> String {
        var lines = journals.map { journal in
            let when = String(Figures.moment(journal.endedAt).prefix(10))
            let what = "\(journal.service) \(journal.run), ended \(when), \(ByteCount.text(journal.bytes))"
            if let failure = journal.failure {
                return
                    "\(style.paint("\(style.symbol(.failed)) not removed", .bad)): \(TextCells.harmless("\(what): \(failure)"))"
            }
            let verb = isDryRun ? "would remove" : "removed"
            return TextCells.harmless("\(verb) \(what) (\(journal.why == .age ? "too old" : "too much in its folder"))")
        }
        lines.append(sum)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The sum as one sentence.
    package var sum: String {
        let verb = isDryRun ? "would be removed" : "removed"
        let freed = isDryRun ? "would be freed" : "freed"
        guard !journals.isEmpty else {
            return
                "nothing to remove: \(Figures.plural(leftCount, "journal")) in \(Figures.plural(folders, "folder")), "
                + ByteCount.text(leftBytes)
        }
        return "\(Figures.plural(removed.count, "journal")) \(verb), \(ByteCount.text(freedBytes)) \(freed); "
            + "\(Phrase.count(leftCount)) left (\(ByteCount.text(leftBytes)))"
    }

    /// One JSON object and a newline: `haldane.prune/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.prune/1")
        writer.key("dryRun")
        writer.bool(isDryRun)
        writer.key("removed")
        writer.integer(removed.count)
        writer.key("freedBytes")
        writer.integer(freedBytes)
        writer.key("left")
        writer.integer(leftCount)
        writer.key("leftBytes")
        writer.integer(leftBytes)
        writer.key("remarks")
        writer.strings(remarks)
        writer.key("journals")
        writer.beginArray()
        for journal in journals {
            writer.beginObject()
            for (key, value) in [
                ("run", journal.run), ("canary", journal.service), ("endedAt", Figures.moment(journal.endedAt)),
                ("journal", journal.path), ("why", journal.why.rawValue),
            ] {
                writer.key(text: key)
                writer.string(value)
            }
            writer.key("bytes")
            writer.integer(journal.bytes)
            writer.key("failure")
            if let failure = journal.failure { writer.string(failure) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
