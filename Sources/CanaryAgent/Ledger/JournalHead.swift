package import CanaryCore
import CanaryJournal

/// The first record of a journal.
package enum JournalHead {
    /// Nil if the journal cannot be read, or its header was torn off.
    package static func read(_ path: String) -> RunHeader? {
        var header: RunHeader?
        var codec = JournalCodec()
        // Whoever asks for the head alone goes on without it.
        _ = try? JournalReader.forEachRecord(path: path) { record in
            header = try? codec.decodeHeader(record)
            return .stop
        }
        return header
    }
}
