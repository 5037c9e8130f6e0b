import CanaryCore
import Synchronization

/// What an agent has to look at again, and the bell that wakes it: mirrors, runs and requests ring it from anywhere.
///
/// A canary that is rung for a hundred times is looked at once.
final class AgentWake: Sendable {
    /// What was rung for.
    struct Due: Sendable {
        var canaries: Set<CanaryKey> = []
        /// Something that may concern every canary: policies, members, a list that came anew.
        var everything = false

        var isEmpty: Bool { canaries.isEmpty && !everything }
    }

    /// Objects that changed since they were read last.
    struct Objects: Sendable {
        var canaries: Set<CanaryKey> = []
        var policies = false
    }

    private let due = Mutex(Due())
    private let objects = Mutex(Objects())
    private let bell: AsyncStream<Void>.Continuation
    private let rings: AsyncStream<Void>

    init() {
        (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Returns at the next ring, at once if there was one since the last wait, or when its task is cancelled; for the loop alone.
    func wait() async {
        for await _ in rings { return }
    }

    func ring(_ canary: CanaryKey) {
        due.withLock { _ = $0.canaries.insert(canary) }
        bell.yield()
    }

    func ring(_ canaries: some Sequence<CanaryKey>) {
        due.withLock { $0.canaries.formUnion(canaries) }
        bell.yield()
    }

    func ringForAll() {
        due.withLock { $0.everything = true }
        bell.yield()
    }

    /// Rings because a Canary object is not as it was.
    func ring(object: CanaryKey) {
        objects.withLock { _ = $0.canaries.insert(object) }
        bell.yield()
    }

    /// Rings because a policy is not as it was.
    func ringForPolicies() {
        objects.withLock { $0.policies = true }
        bell.yield()
    }

    func takeObjects() -> Objects {
        objects.withLock { objects in
            defer { objects = Objects() }
            return objects
        }
    }

    /// Rings without anything being due, so that the loop looks at the clock.
    func nudge() { bell.yield() }

    func takeDue() -> Due {
        due.withLock { due in
            defer { due = Due() }
            return due
        }
    }
}
