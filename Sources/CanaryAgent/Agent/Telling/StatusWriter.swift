import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// Writes the status of Canary objects in the background: the newest state of each, at most one write a second an object.
///
/// It never stands in the way: what cannot be written is tried again with growing pauses, for as long as it is the newest. An
/// object that is gone is forgotten.
final class StatusWriter: Sendable {
    private struct Job {
        var members: JSONValue
        var failures = 0
        /// Not before this.
        var notBefore: ContinuousClock.Instant
    }

    private struct State {
        var waiting: [CanaryKey: Job] = [:]
        var written: [CanaryKey: ContinuousClock.Instant] = [:]
        var dropped = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let client: KubernetesClient
    private let resource: APIResource
    private let bell: AsyncStream<Void>.Continuation
    private let rings: AsyncStream<Void>
    private let pause: Duration
    private let note: @Sendable (CanaryKey, KubernetesError) -> Void

    /// Writes at once.
    private static let width = 4
    private static let most = 20_000

    /// - Parameters:
    ///   - pause: between two writes of one object.
    ///   - note: is told of a write that failed for the first time.
    init(
        client: KubernetesClient,
        resource: APIResource = .canaries,
        pause: Duration = .seconds(1),
        note: @escaping @Sendable (CanaryKey, KubernetesError) -> Void
    ) {
        self.client = client
        self.resource = resource
        self.pause = pause
        self.note = note
        (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Hands over a merge patch of an object's status, to be done after what waits; returns at once.
    func write(_ patch: JSONValue, of canary: CanaryKey) {
        let taken = state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.most || state.waiting[canary] != nil else { return false }
            let soonest = state.written[canary].map { $0 + pause } ?? .now
            let before = state.waiting[canary]
            state.waiting[canary] = Job(
                members: before?.members.merged(with: patch) ?? patch,
                failures: before?.failures ?? 0,
                notBefore: before?.notBefore ?? soonest
            )
            return true
        }
        if taken { bell.yield() }
    }

    /// Forgets an object that is gone.
    func forget(_ canary: CanaryKey) {
        state.withLock { state in
            state.waiting[canary] = nil
            state.written[canary] = nil
        }
    }

    /// How many statuses wait.
    var backlog: Int { state.withLock { $0.waiting.count } }

    /// Writes until it is cancelled, or closed and nothing waits.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                for await _ in rings {
                    if Task.isCancelled { return }
                    await drain()
                    if state.withLock({ $0.isClosed && $0.waiting.isEmpty }) { return }
                }
            }
        }
    }

    /// Writes what waits, at once, and takes no more; ends with the limit.
    func finish(within limit: Duration) async {
        state.withLock { state in
            state.isClosed = true
            for key in state.waiting.keys { state.waiting[key]?.notBefore = .now }
        }
        bell.yield()
        let end = ContinuousClock.now + limit
        while backlog > 0, ContinuousClock.now < end, !Task.isCancelled {
            // Cancelled is over as well.
            try? await Task.sleep(for: .milliseconds(20))
        }
        bell.finish()
    }

    /// Writes everything that is due, and waits for what is due soon.
    private func drain() async {
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let (due, next) = state.withLock { state -> ([(CanaryKey, Job)], ContinuousClock.Instant?) in
                var due: [(CanaryKey, Job)] = []
                var next: ContinuousClock.Instant?
                for (key, job) in state.waiting {
                    if job.notBefore <= now, due.count < 256 {
                        due.append((key, job))
                    } else {
                        next = next.map { min($0, job.notBefore) } ?? job.notBefore
                    }
                }
                for (key, _) in due { state.waiting[key] = nil }
                return (due, next)
            }
            if due.isEmpty {
                guard let next else { return }
                // New jobs are seen after it: it is short.
                try? await Task.sleep(for: min(max(now.duration(to: next), .milliseconds(5)), .milliseconds(100)))
                continue
            }
            await withTaskGroup(of: Void.self) { group in
                for (index, job) in due.enumerated() {
                    if index >= Self.width { await group.next() }
                    group.addTask { await self.send(job.1, of: job.0) }
                }
            }
        }
    }

    private func send(_ job: Job, of canary: CanaryKey) async {
        do throws(KubernetesError) {
            _ = try await client.merge(
                resource,
                namespace: canary.namespace,
                name: canary.name,
                subresource: "status",
                job.members
            )
            state.withLock { state in
                state.written[canary] = .now
                if let newer = state.waiting[canary] {
                    state.waiting[canary]?.notBefore = max(newer.notBefore, .now + pause)
                    state.waiting[canary]?.failures = 0
                }
            }
        } catch {
            if job.failures == 0 { note(canary, error) }
            guard error.code != .notFound else { return forget(canary) }
            state.withLock { state in
                guard !state.isClosed else { return }
                var again = job
                if let newer = state.waiting[canary] { again.members = job.members.merged(with: newer.members) }
                again.failures = job.failures + 1
                again.notBefore = .now + min(.seconds(30), .seconds(1) * (1 << min(job.failures, 5)))
                state.waiting[canary] = again
            }
        }
    }
}

extension JSONValue {
    /// Two merge patches as one: what the later one says holds.
    fileprivate func merged(with later: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let added) = later else { return later }
        for (key, value) in added { members[key] = members[key].map { $0.merged(with: value) } ?? value }
        return .object(members)
    }
}
