import CanaryCore
import CanaryJournal
package import CanaryReport

/// Reads a journal as a story: of a run that is over, was broken off, or goes on.
package enum JournalStory {
    /// The story of a journal, in memory that does not grow with its length.
    ///
    /// - Parameter path: a journal's file, or a folder of journals, which stands for its newest run.
    /// - Throws: `AgentError`, e.g. if the journal is damaged in its middle. A torn end is none: see `tornBytes`.
    package static func load(path: String) throws -> RunStory {
        let (fold, tornBytes, file) = try fold(path: path)
        var story = fold.story()
        story.tornBytes = tornBytes
        story.journalPath = file
        return story
    }

    /// The fold of a journal as far as it goes, to go on with.
    static func fold(path: String) throws(AgentError) -> (fold: StoryFold, tornBytes: Int, file: String) {
        do {
            let file = try JournalReader.locate(path)
            var codec = JournalCodec()
            var fold: StoryFold?
            var records = 0
            var failure: (any Error)?
            let extent = try JournalReader.forEachRecord(path: file) { record in
                records += 1
                do {
                    guard fold != nil else {
                        fold = try codec.decodeHeader(record).map { StoryFold(header: $0) }
                        return .next
                    }
                    fold?.add(try codec.decode(record))
                    return .next
                } catch {
                    failure = error
                    return .stop
                }
            }
            if let failure {
                throw AgentError(
                    "record \(records) of the journal \(file) cannot be read",
                    cause: "\(failure)",
                    hint: "use the Haldane that wrote it, or a newer one"
                )
            }
            guard let fold else {
                throw AgentError(
                    "the journal \(file) holds no run",
                    hint: "its first write was cut off before the run began"
                )
            }
            return (fold, extent.tornBytes, file)
        } catch let error as AgentError {
            throw error
        } catch let error as JournalError {
            throw AgentError(error)
        } catch {
            throw AgentError("the journal in \(path) cannot be read", cause: "\(error)")
        }
    }
}
