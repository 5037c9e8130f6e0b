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
            var codec = JournalCodec()
            var fold: StoryFold?
            let (extent, file) = try JournalRecords.forEach(path: path) { record in
                guard fold != nil else {
                    fold = try codec.decodeHeader(record).map { StoryFold(header: $0) }
                    return .next
                }
                fold?.add(try codec.decode(record))
                return .next
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
