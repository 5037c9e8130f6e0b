package import CanaryCore
import CanaryReport
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a run leaves what its status page shows.
///
/// The run writes and goes on; readers take a copy. Nothing here waits for anybody.
package final class StatusBoard: RunObserver {
    private struct State {
        var progress: RunProgress?
        var journalPath: String?
        var metrics: RunMetrics
        /// Counts what happened; a page of the same number is the same page.
        var revision = 0
        var lastSign: ContinuousClock.Instant
        var interruption: Reason?
        /// Why the run was taken up; nil for one that began here.
        var resumption: Reason?
        var isOver = false
        var facts = PageFacts()
        var story: StoryBoard?
        /// The whole story, once the run is over.
        var told: RunStory?
    }

    private let state: Mutex<State>
    private let version: String
    private let speed: Double

    /// - Parameters:
    ///   - version: of the program.
    ///   - speed: seconds of the run's clock in a real second; rounds come more seldom below 1.
    package init(version: String, speed: Double = 1) {
        self.version = version
        self.speed = speed.isFinite && speed > 0 ? speed : 1
        state = Mutex(State(metrics: RunMetrics(at: Self.wall), lastSign: .now))
    }

    // MARK: The run's side

    package func observe(_ progress: RunProgress) {
        let (now, wall) = (ContinuousClock.now, Self.wall)
        state.withLock { state in
            state.progress = progress
            state.metrics.note(progress, at: wall)
            state.revision &+= 1
            state.lastSign = now
            switch progress.happening {
            case .interrupted(let reason): state.interruption = reason
            case .resumed(let reason): state.resumption = reason
            default: break
            }
        }
    }

    /// The journal of the run, read along by this board.
    ///
    /// - Parameters:
    ///   - path: of the journal file, for readers.
    ///   - state: of a run that is taken up.
    package func reading(
        _ journal: any JournalSink,
        of header: RunHeader,
        path: String,
        _ state: RunState
    ) -> any JournalSink {
        self.state.withLock {
            $0.journalPath = path
            $0.metrics.note(header, state)
        }
        return JournalTee(journal) { [self] entry in
            let now = ContinuousClock.now
            self.state.withLock { state in
                state.metrics.note(entry)
                state.lastSign = now
            }
        }
    }

    /// Takes the story that the run tells from now on.
    package func follow(_ story: StoryBoard) { state.withLock { $0.story = story } }

    /// The run, and with it the process, is at its end.
    func close() { state.withLock { $0.isOver = true } }

    /// The run is at its end and the process goes on: keeps what a reader may still ask for, and lets the journal go.
    func settle() {
        guard let story = state.withLock({ $0.story }) else { return close() }
        let told = story.story()
        state.withLock { state in
            state.told = told
            state.story = nil
            state.isOver = true
            // A page of the story so far is not the last one.
            state.revision &+= 1
        }
    }

    // MARK: The page's side

    var revision: Int { state.withLock { $0.revision } }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// Whether the run ended by a signal: then the process goes at once.
    var isInterrupted: Bool { state.withLock { $0.interruption != nil } }

    /// The run as it is now; nil before it has begun.
    var status: (status: RunStatus, ledger: RunLedger)? {
        let (progress, path, interruption) = state.withLock { ($0.progress, $0.journalPath, $0.interruption) }
        guard let progress else { return nil }
        let status = RunStatus(
            header: progress.header,
            rollout: progress.rollout,
            ledger: progress.ledger,
            at: progress.at,
            state: interruption == nil ? .running : .interrupted,
            journal: path ?? "",
            process: getpid()
        )
        return (status, progress.ledger)
    }

    /// The run's story so far; nil before it has begun.
    var story: RunStory? {
        let (told, story) = state.withLock { ($0.told, $0.story) }
        return told ?? story?.story()
    }

    /// What the run itself shows to a monitoring system.
    var metrics: RunMetrics { state.withLock { $0.metrics } }

    /// What the page counts of itself.
    var facts: PageFacts { state.withLock { $0.facts } }

    /// Everything that is shown to a monitoring system.
    var samples: [MetricSample] {
        let (metrics, facts) = state.withLock { ($0.metrics, $0.facts) }
        return [MetricSample.build(version)] + metrics.samples + facts.samples + ProcessFacts.present.samples
    }

    /// The step that is compared now; nil before the first and after the last.
    var step: CanaryStatus.Step? {
        guard let progress = state.withLock({ $0.progress }) else { return nil }
        switch progress.rollout.phase {
        case .analyzing(let step), .baking(let step):
            return CanaryStatus.Step(
                number: step.step + 1,
                of: progress.rollout.rules.steps.count,
                percent: step.percent,
                since: step.appliedAt,
                verdict: progress.ledger.steps.last?.verdict
            )
        default: return nil
        }
    }

    /// How the run came to this process and how it left it, as far as that has happened.
    var course: (resumption: Reason?, interruption: Reason?, outcome: Outcome?) {
        state.withLock { ($0.resumption, $0.interruption, $0.progress?.rollout.outcome) }
    }

    /// Whether the run goes on as it should: it rounds, or it has ended.
    package func health(at now: ContinuousClock.Instant = .now) -> BoardAnswer {
        let (lastSign, progress) = state.withLock { ($0.lastSign, $0.progress) }
        if progress?.rollout.outcome != nil { return BoardAnswer(true, "ok: the run has ended") }
        let silent = lastSign.duration(to: now).inSeconds
        // Before the run begins it may read hours of history from a slow server.
        let limit = progress.map { max($0.header.spec.pace.interval.inSeconds / speed * 10, 60) } ?? 300
        let words = "\(Phrase.duration(silent.rounded())) since the run last did something"
        return silent <= limit
            ? BoardAnswer(true, "ok: \(words)")
            : BoardAnswer(false, "stuck: \(words), more than \(Phrase.duration(limit.rounded()))")
    }

    /// Whether the run has all that it needs: a route, telemetry, a journal.
    package var readiness: BoardAnswer {
        let (metrics, progress) = state.withLock { ($0.metrics, $0.progress) }
        guard let progress else { return BoardAnswer(false, "not ready: the run has not begun yet") }
        guard progress.rollout.route != nil else { return BoardAnswer(false, "not ready: the route was not read yet") }
        guard metrics.isJournalWritable else { return BoardAnswer(false, "not ready: the journal cannot be written") }
        guard metrics.hasTelemetry else {
            return BoardAnswer(false, "not ready: no usable round of telemetry was read yet")
        }
        return BoardAnswer(true, "ok: route, telemetry and journal are there")
    }

    func count(_ status: Int) { state.withLock { $0.facts.requests[status, default: 0] += 1 } }

    /// Takes a place for a stream; false if all are taken.
    func beginStream(limit: Int) -> Bool {
        state.withLock { state in
            guard state.facts.streams < limit else { return false }
            state.facts.streams += 1
            return true
        }
    }

    func endStream() { state.withLock { $0.facts.streams -= 1 } }

    static var wall: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }
}

/// A yes or no with its words.
package struct BoardAnswer: Sendable, Hashable {
    package var isGood: Bool
    package var words: String

    package init(_ isGood: Bool, _ words: String) {
        self.isGood = isGood
        self.words = words
    }
}
