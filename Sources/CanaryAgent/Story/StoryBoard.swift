package import CanaryCore
package import CanaryReport
import Synchronization

/// A journal that also keeps the story of what goes into it, so that a page can show a run while it goes on.
///
/// The journal comes first, as in `JournalTee`. Telling cannot fail and takes microseconds.
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
        try await JournalTee(sink) { [self] entry in fold.withLock { $0.add(entry) } }.append(entry)
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
