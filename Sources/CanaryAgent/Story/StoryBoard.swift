package import CanaryCore
package import CanaryReport
import Synchronization

/// A journal that also keeps the story of what goes into it, so that a page can show a run while it goes on.
///
/// The journal comes first: an entry is told once it is appended, and also if that failed, because the run acts on it then as
/// well. Telling cannot fail and takes microseconds.
package final class StoryBoard: JournalSink, Sendable {
    private let sink: any JournalSink
    private let fold: Mutex<StoryFold>
    private let journalPath: String?

    /// - Parameters:
    ///   - sink: the journal.
    ///   - fold: of what the journal held before, for a run that was taken up.
    ///   - journalPath: of the journal's file, for the story.
    package init(_ sink: any JournalSink, header: RunHeader, fold: StoryFold? = nil, journalPath: String? = nil) {
        self.sink = sink
        self.fold = Mutex(fold ?? StoryFold(header: header))
        self.journalPath = journalPath
    }

    package func append(_ entry: JournalEntry) async throws(JournalFailure) {
        let result: Result<Void, JournalFailure>
        do {
            try await sink.append(entry)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        fold.withLock { $0.add(entry) }
        try result.get()
    }

    package func flush() async throws(JournalFailure) {
        try await sink.flush()
    }

    /// The story as of the last entry. Worked out beside the run, which only waits for a copy.
    package func story() -> RunStory {
        let now = fold.withLock { $0 }
        var story = now.story()
        story.journalPath = journalPath
        return story
    }
}
