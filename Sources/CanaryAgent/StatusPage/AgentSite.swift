package import CanaryCore
import CanaryReport
import Synchronization

/// The pages of an agent: all canaries at `/`, and each run of this process at `/run/NAMESPACE/NAME/`.
///
/// It reads what the agent publishes on its board, once a second at most, and nobody waits for it. Runs that have ended stay
/// readable until twenty others have.
///
/// ```swift
/// let site = AgentSite(board, version: version, identity: identity, scope: "all namespaces")
/// let server = try await StatusServer(ListenAddress("0.0.0.0:9911"), site)
/// try await server.serving { await agent.run() }
/// ```
package final class AgentSite: PageSite {
    /// A run with its pages.
    struct Run: Sendable {
        var board: StatusBoard
        var routes: StatusRoutes
        /// When it was seen to be over; nil while it goes on.
        var endedAt: ContinuousClock.Instant?
    }

    /// All that one rendering needs.
    struct Present: Sendable {
        var view: AgentView?
        /// The same number is the same page.
        var revision: Int
        /// Canaries whose run is shown.
        var pages: Set<CanaryKey>
    }

    fileprivate struct State {
        var runs: [CanaryKey: Run] = [:]
        /// The moments of which the runs, and the view, were read last.
        var seen: Timestamp?
        var mapped: Timestamp?
        var view: AgentView?
        var revision = 0
        var counts = AgentView.Counts()
        var facts = PageFacts()
        var isOver = false
    }

    private let source: any AgentSource
    private let version: String
    private let identity: String
    private let startedAt: Timestamp
    private let state = Mutex(State())
    private let pages: AgentPages

    /// Runs that are over and can still be read.
    private static let mostEnded = 20
    /// How long the end of a run is shown to a monitoring system.
    private static let endShown = Duration.seconds(300)

    /// - Parameters:
    ///   - board: on which the agent leaves what is shown.
    ///   - identity: of this process, for the time before the agent has begun.
    ///   - scope: what the agent looks after, in words.
    package convenience init(
        _ board: AgentBoard,
        version: String,
        identity: String,
        scope: String = "all namespaces"
    ) {
        let now = StatusBoard.wall
        let source = SnapshotSource(board: board, startedAt: now, scope: scope)
        self.init(source, version: version, identity: identity, startedAt: now)
    }

    /// - Parameter startedAt: of this process, by the machine's clock.
    package init(_ source: any AgentSource, version: String, identity: String, startedAt: Timestamp) {
        self.source = source
        self.version = version
        self.identity = identity
        self.startedAt = startedAt
        pages = AgentPages()
    }

    func reply(to request: ControlRequest) async -> PageReply { await AgentRoutes(self, pages).reply(to: request) }

    func count(_ status: Int) { state.withLock { $0.facts.requests[status, default: 0] += 1 } }

    func beginStream(limit: Int) -> Bool {
        state.withLock { state in
            guard state.facts.streams < limit else { return false }
            state.facts.streams += 1
            return true
        }
    }

    func endStream() { state.withLock { $0.facts.streams -= 1 } }

    /// The agent outlives signals until its rollouts are handed over.
    var isInterrupted: Bool { false }

    func close() {
        look()
        let runs = state.withLock { state in
            state.isOver = true
            state.revision &+= 1
            return Array(state.runs.values)
        }
        for run in runs { run.board.close() }
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// Notices runs that begin and end, also while nobody looks at the page.
    func attend() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    // MARK: What is shown

    var health: BoardAnswer { source.health }

    var readiness: BoardAnswer { source.readiness }

    var revision: Int { present().revision }

    /// The run of a canary, with its pages; nil if none is shown here.
    func run(of canary: CanaryKey) -> Run? {
        look()
        return state.withLock { $0.runs[canary] }
    }

    /// The agent as it is now.
    func present() -> Present {
        look()
        return state.withLock { state in
            if state.mapped != state.seen, var view = source.view {
                state.mapped = state.seen
                view.counts = state.countsSoFar
                if state.view?.looksLike(view) != true { state.revision &+= 1 }
                state.view = view
            }
            return Present(view: state.view, revision: state.revision, pages: Set(state.runs.keys))
        }
    }

    /// Everything that is shown to a monitoring system.
    func samples(at now: ContinuousClock.Instant = .now) -> [MetricSample] {
        let view = present().view
        let (runs, facts, seen) = state.withLock { state in
            (state.runs.sorted { $0.key < $1.key }.map(\.value), state.facts, state.seen)
        }
        let shown = runs.filter { run in run.endedAt.map { $0.duration(to: now) <= Self.endShown } ?? true }
        let metrics = AgentMetrics(
            view,
            identity: identity,
            version: version,
            heartbeat: seen ?? startedAt,
            runs: shown.map(\.board.metrics),
            active: runs.count { $0.endedAt == nil }
        )
        return metrics.samples(at: StatusBoard.wall) + facts.samples + ProcessFacts.present.samples
    }

    // MARK: Runs

    /// Takes the runs as they are now.
    private func look() {
        guard let runs = source.runs else { return }
        let ended = state.withLock { state -> [StatusBoard] in
            guard state.seen != runs.at else { return [] }
            state.seen = runs.at
            let now = ContinuousClock.now
            var ended: [StatusBoard] = []
            for (key, board) in runs.boards {
                let known = state.runs[key]
                guard known?.board !== board else { continue }
                if let known, known.endedAt == nil {
                    state.counts.end(known.board)
                    ended.append(known.board)
                }
                let pages = StatusPages(board: board, isOneOfMany: true)
                state.runs[key] = Run(board: board, routes: StatusRoutes(board: board, pages: pages))
                state.revision &+= 1
            }
            for (key, run) in state.runs where run.endedAt == nil && runs.boards[key] == nil {
                state.counts.end(run.board)
                state.runs[key]?.endedAt = now
                ended.append(run.board)
            }
            let old = state.runs.filter { $0.value.endedAt != nil }
            if old.count > Self.mostEnded {
                let oldest = old.sorted { ($0.value.endedAt ?? now, $0.key) < ($1.value.endedAt ?? now, $1.key) }
                for (key, _) in oldest.prefix(old.count - Self.mostEnded) { state.runs[key] = nil }
                state.revision &+= 1
            }
            return ended
        }
        for board in ended { board.settle() }
    }
}

extension AgentSite.State {
    /// With what has happened in runs that go on.
    fileprivate var countsSoFar: AgentView.Counts {
        var counts = counts
        for run in runs.values where run.endedAt == nil { counts.add(run.board) }
        return counts
    }
}

extension AgentView.Counts {
    /// Takes a run that is over here, however it went.
    fileprivate mutating func end(_ board: StatusBoard) {
        add(board)
        let course = board.course
        if let outcome = course.outcome { outcomes[RunEnding(outcome), default: 0] += 1 }
        if course.interruption?.label == "lease-lost" { leasesLost += 1 }
    }

    /// Takes what a run has done so far.
    fileprivate mutating func add(_ board: StatusBoard) {
        // A run that this replica's own journal goes on with is `resumed`; others come from the cluster.
        if let label = board.course.resumption?.label, label != "resumed" { takeovers += 1 }
        for (reason, count) in board.metrics.refusedWrites { refusals[reason, default: 0] += count }
    }
}
