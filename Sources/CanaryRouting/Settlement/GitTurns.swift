import Synchronization

/// Lets one at a time work in a folder: two commands of git in one work tree stand in each other's way.
///
/// The folders of a process are few; nothing is kept of one in which nobody works.
final class GitTurns: Sendable {
    static let shared = GitTurns()

    /// Folders in which somebody works.
    private let taken = Mutex<Set<String>>([])

    /// Waits for the folder, does the work, and lets the next one in; nil if the folder did not become free in time.
    ///
    /// Work that has begun is not broken off: a commit that is killed leaves a lock behind.
    func taking<Result>(
        _ folder: String,
        within limit: Duration = .seconds(60),
        _ work: () async -> Result
    ) async -> Result? {
        let end = ContinuousClock.now + limit
        while !taken.withLock({ $0.insert(folder).inserted }) {
            guard ContinuousClock.now < end, !Task.isCancelled else { return nil }
            // Ends early only when cancelled, which is looked at above.
            try? await Task.sleep(for: .milliseconds(20))
        }
        let result = await work()
        taken.withLock { _ = $0.remove(folder) }
        return result
    }
}
