import CanaryCore
import CanarySimulator
import CanarySources
import CanaryTelemetry

/// A simulated release that was recorded: what a server would have kept of it.
struct RecordedArchive: TelemetryArchive {
    /// The pages of every pod at each grid time.
    final class Recording: Sendable {
        let rounds: [(at: Timestamp, pages: [(pod: String, page: [UInt8])])]

        init(_ rounds: [(at: Timestamp, pages: [(pod: String, page: [UInt8])])]) {
            self.rounds = rounds
        }
    }

    let recording: Recording
    let spec: CanarySpec
    let roles: Roles
    var step = Duration.seconds(5)
    var notes: [String] = []
    /// Times at which nothing was stored.
    var gap: Range<Timestamp>?

    func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry {
        let named = spec.route
        let (stable, canary) = roles == .asNamed ? (named.stable, named.canary) : (named.canary, named.stable)
        var collector = TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: spec.telemetry.reporter,
                stable: CohortSelector(stable),
                canary: CohortSelector(canary)
            )
        )
        var windows: [TimedWindow] = []
        for round in recording.rounds where round.at > from.advanced(by: .zero - step) && round.at <= to {
            if gap?.contains(round.at) != true {
                for (pod, page) in round.pages { collector.ingest(page: page, from: pod) }
            }
            let window = collector.endRound(seconds: step.inSeconds)
            if round.at > from { windows.append(TimedWindow(at: round.at, window: window)) }
        }
        return PastTelemetry(windows: windows, step: step, samples: windows.count * 100, notes: notes)
    }
}

extension RecordedArchive.Recording {
    static let start = Timestamp(milliseconds: 1_795_356_000_000)

    /// A release of a scenario: 10 minutes at 0 %, then these shares for so many seconds each.
    static func release(
        _ scenario: Scenario,
        seed: UInt64,
        quiet: Int = 600,
        shares: [(share: Double, seconds: Int)]
    ) -> RecordedArchive.Recording {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: seed))
        var rounds: [(at: Timestamp, pages: [(pod: String, page: [UInt8])])] = []
        var at = start
        for (share, seconds) in [(0, quiet)] + shares {
            for _ in 0..<(seconds / 5) {
                at = at.advanced(by: .seconds(5))
                mesh.advance(by: 5, canaryShare: share)
                rounds.append((at, mesh.pods.map { ($0, mesh.page(of: $0) ?? []) }))
            }
        }
        return RecordedArchive.Recording(rounds)
    }
}

/// An archive that cannot be read.
struct BrokenArchive: TelemetryArchive {
    func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry {
        throw ArchiveFailure(
            Reason("unreachable", "http://prometheus:9090 refused the connection"),
            hint: "start it, or correct spec.telemetry.prometheus.url"
        )
    }
}
