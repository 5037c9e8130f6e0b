import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Foundation
import Synchronization

/// A scripted run, open to operators, that stands still while they work.
struct ControlRig: Sendable {
    let scratch: Scratch
    let inbox = RunInbox()
    let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
    let journal = FailingJournal()
    let warnings = Warnings()
    let http = HTTPClient()
    /// Of the journals; control socket included.
    let folder: String
    private let gate = Gate()
    private let spec: CanarySpec

    final class Warnings: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }

        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    /// Keeps the run where it is until something is asked of it, or it is told to go.
    private final class Gate: Sendable {
        private let isOpen = Mutex(false)
        private let isReached = Mutex(false)

        func open() { isOpen.withLock { $0 = true } }

        /// Returns when the run stands here.
        func waitForRun() async {
            while !isReached.withLock({ $0 }) { await ControlRig.pause() }
        }

        func pass(_ inbox: RunInbox) async {
            isReached.withLock { $0 = true }
            // A run that is never let go would hang its test: ten seconds are more than any of them takes.
            let deadline = ContinuousClock.now + .seconds(10)
            while !inbox.isUrgent, !isOpen.withLock({ $0 }), ContinuousClock.now < deadline { await ControlRig.pause() }
        }
    }

    /// - Parameter folder: relative to the scratch folder.
    init(folder: String = "journal", spec: CanarySpec = RunRig.spec) throws {
        scratch = try Scratch()
        self.folder = "\(scratch.path)/\(folder)"
        self.spec = spec
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
    }

    var client: ControlClient { ControlClient(folder: RunFolder(path: folder), http: http) }

    /// The header of the run.
    var header: RunHeader { RunRig.header(spec) }

    /// Serves a run, which stands still at its `sleep`th sleep, while `body` works; then ends it by a signal.
    ///
    /// - Parameter telemetry: nil shows even traffic at the weights in force.
    func serve(
        holdingAt sleep: Int = 5,
        limits: ControlChannel.Limits = ControlChannel.Limits(),
        telemetry: ScriptedTelemetry? = nil,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws -> RolloutDriver.End {
        let (gate, inbox, store, warnings) = (gate, inbox, store, warnings)
        let clock = ManualRunClock(start: RunRig.start) { count, _ in
            if count >= sleep { await gate.pass(inbox) }
        }
        let traffic = EvenTraffic()
        let source =
            telemetry
            ?? ScriptedTelemetry { round in
                traffic.window(round: round, canaryPercent: await store.present?.canaryPercent ?? 0)
            }
        let desk = RunDesk(
            inbox: inbox,
            render: { snapshot, place in
                Array("\(snapshot.rollout.phase.word) \(place.journalPath)".utf8)
            },
            warn: { warnings.add($0.description) }
        )
        desk.open(RunDesk.Place(journalPath: "run-1"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await gate.waitForRun()
                do {
                    try await body()
                } catch {
                    inbox.send(.interrupt("failed"))
                    gate.open()
                    throw error
                }
                inbox.send(.interrupt("over"))
                gate.open()
            }
            var driver = RolloutDriver(
                header: header,
                state: RunState(header: header),
                source: source,
                store: store,
                journal: journal,
                clock: clock,
                observer: RecordingObserver(),
                inbox: inbox,
                desk: desk
            )
            let end = await ControlChannel.serving(desk, in: folder, limits: limits) { await driver.run() }
            // A run that ended by itself leaves the rest of the body to do.
            try await group.waitForAll()
            await http.shutdown()
            return end
        }
    }

    /// Lets real time pass between two looks at what another task does.
    static func pause() async { try? await Task.sleep(for: .milliseconds(1)) }

    /// Lets the run go on.
    func letGo() { gate.open() }

    func ask(_ verb: Rollout.OperatorCommand.Verb, _ reason: String = "a test") async throws -> CommandAnswer {
        switch await client.send(Rollout.OperatorCommand(verb, reason: reason, by: "alice@laptop")) {
        case .answer(let answer): return answer
        case .nobody: throw NoAnswer(what: "nobody")
        case .failed(let error): throw error
        }
    }

    struct NoAnswer: Error {
        var what: String
    }
}
