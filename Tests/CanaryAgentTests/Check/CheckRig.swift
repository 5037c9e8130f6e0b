import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Foundation
import Synchronization

/// A state folder and checks of made-up services in it.
final class CheckRig: Sendable {
    let folder: String
    let client = HTTPClient()
    private let clock: Mutex<Timestamp>

    init() throws {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
        folder = "\(parent)/haldane-check-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        clock = Mutex(Timestamp(milliseconds: 1_795_428_000_000))
    }

    deinit {
        // A folder that stays behind harms nobody; the system empties its temporary folder.
        try? FileManager.default.removeItem(atPath: folder)
    }

    var state: String { folder + "/state" }
    var now: Timestamp { clock.withLock { $0 } }

    func wait(_ seconds: Double) { clock.withLock { $0 = $0.advanced(by: .seconds(seconds)) } }

    func run(_ probes: [any CheckProbe], _ change: (inout CheckOptions) -> Void = { _ in }) async -> CheckSession.End {
        var options = CheckOptions(stateDirectory: state, timeout: .seconds(20))
        change(&options)
        let session = CheckSession(options: options, probes: probes, client: client, clock: FixedClock(at: now))
        return await session.run()
    }

    /// A look at one service from its last look until now.
    func probe(_ key: String = "shop/reviews", canaryErrors: Double = 0.01) -> ScriptedProbe {
        ScriptedProbe { state, now in
            var evidence = CheckEvidence(
                subject: CheckSubject(key: key, comparison: .versions, stable: "v1", canary: "v2"),
                end: now
            )
            if state.subjects[key] == nil { evidence.history = Self.windows(40, 0.01) }
            evidence.windows = Self.windows(60, canaryErrors)
            return CheckLook(evidence: [evidence], samples: 100)
        }
    }

    /// Counts without chance: what is tested here is not the statistics.
    private static func windows(_ count: Int, _ canaryErrors: Double) -> [PairWindow] {
        (0..<count).map { index in
            PairWindow(
                seconds: 5,
                stable: SideCounts(requests: 1000, failures: Double(8 + index % 5)),
                canary: SideCounts(requests: 1000, failures: (canaryErrors * 1000).rounded() + Double(index % 3) - 1)
            )
        }
    }
}

struct FixedClock: RunClock {
    var at: Timestamp

    func now() async -> Timestamp { at }

    func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async {}
}

/// A probe whose answer is a closure.
struct ScriptedProbe: CheckProbe {
    var subjects: [CheckSubject] = []
    var answer: @Sendable (CheckState, Timestamp) async -> CheckLook

    init(
        subjects: [CheckSubject] = [],
        _ answer: @escaping @Sendable (CheckState, Timestamp) async -> CheckLook
    ) {
        self.subjects = subjects
        self.answer = answer
    }

    func expected(_ state: CheckState) -> [CheckSubject] { subjects }

    func look(_ state: CheckState, now: Timestamp) async -> CheckLook { await answer(state, now) }
}
