package import CanaryCore
package import CanarySimulator
import Foundation

/// A release of the past: what every pod's page showed, round after round, while its weights rose, and the truth about it.
///
/// A value of the scenario, the seed and the schedule: asked twice, it gives the same bytes. The same pages can be given to
/// a server (`backfill`) and to a `TelemetryCollector` (`forEachRound`), so that their counts can be compared.
package struct StoredRelease: Sendable {
    /// A time at one weight.
    package struct Stage: Sendable {
        /// The canary's share, 0...1.
        package var share: Double
        package var length: Duration

        package init(_ share: Double, for length: Duration) {
            self.share = share
            self.length = length
        }
    }

    package let configuration: MeshConfiguration
    /// From one round to the next.
    package let step: Duration
    package let stages: [Stage]

    /// - Parameters:
    ///   - begin: the moment of the first round; whole seconds.
    ///   - history: v1 alone, before the first stage.
    ///   - requestsPerSecond: nil takes the scenario's.
    package init(
        _ scenario: Scenario,
        seed: UInt64 = 7,
        from begin: Timestamp = Self.usualBegin,
        history: Duration = .seconds(1800),
        stages: [Stage] = Self.usualStages,
        step: Duration = .seconds(15),
        requestsPerSecond: Double? = nil,
        stablePods: Int = 8,
        canaryPods: Int = 2
    ) {
        configuration = MeshConfiguration(
            scenario: scenario,
            seed: seed,
            requestsPerSecond: requestsPerSecond,
            stablePods: stablePods,
            canaryPods: canaryPods,
            epochSeconds: begin.milliseconds / 1000
        )
        self.step = step
        self.stages = [Stage(0, for: history)] + stages
    }

    /// 2025-09-01T00:00:00Z: a fixed past, so that a failure can be repeated.
    package static let usualBegin = Timestamp(milliseconds: 1_756_684_800_000)

    /// Midnight of yesterday, in UTC.
    package static var yesterday: Timestamp {
        let days = Int64(Date().timeIntervalSince1970 / 86400) - 1
        return Timestamp(milliseconds: days * 86_400_000)
    }

    /// A rollout of twenty minutes.
    package static let usualStages = [
        Stage(0.05, for: .seconds(300)), Stage(0.1, for: .seconds(300)), Stage(0.25, for: .seconds(300)),
        Stage(0.5, for: .seconds(300)),
    ]

    /// The moment of the first round.
    package var begin: Timestamp { Timestamp(milliseconds: configuration.epochSeconds * 1000) }

    /// The moment at which the canary was first given a weight.
    package var release: Timestamp { begin.advanced(by: stages.first?.length ?? .zero) }

    /// The moment of the last round.
    package var end: Timestamp { stages.reduce(begin) { $0.advanced(by: $1.length) } }

    /// The moments as a command line takes them.
    package var times: Times {
        Times(
            begin: Self.text(begin),
            release: Self.text(release),
            end: Self.text(end),
            releaseMoment: release
        )
    }

    /// Moments like `2025-09-01T00:30:00Z`.
    package struct Times: Sendable {
        package let begin: String
        package let release: String
        package let end: String
        fileprivate let releaseMoment: Timestamp

        /// The moment so many minutes after the release.
        package func afterRelease(minutes: Int) -> String {
            StoredRelease.text(releaseMoment.advanced(by: .seconds(minutes * 60)))
        }
    }

    fileprivate static func text(_ moment: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(moment.milliseconds / 1000)).formatted(.iso8601)
    }

    /// The pods, stable ones first.
    package var pods: [String] { SimulatedMesh(configuration: configuration).pods }

    /// Hands out the rounds, oldest first, each with the pages of all pods.
    ///
    /// - Returns: what really happened.
    @discardableResult
    package func forEachRound(_ body: (Backfill.Round) throws -> Void) rethrows -> MeshTruth {
        var mesh = SimulatedMesh(configuration: configuration)
        try body(round(of: mesh, at: begin))
        var moment = begin
        var stageEnd = begin
        for stage in stages {
            stageEnd = stageEnd.advanced(by: stage.length)
            while moment.advanced(by: step) <= stageEnd {
                moment = moment.advanced(by: step)
                mesh.advance(by: step.inSeconds, canaryShare: stage.share)
                try body(round(of: mesh, at: moment))
            }
        }
        return mesh.truth
    }

    /// The same for a server.
    package var backfill: Backfill {
        Backfill { body in try forEachRound(body) }
    }

    private func round(of mesh: SimulatedMesh, at moment: Timestamp) -> Backfill.Round {
        let pages = mesh.pods.compactMap { pod in mesh.page(of: pod).map { (pod: pod, page: $0) } }
        return Backfill.Round(milliseconds: moment.milliseconds, pages: pages)
    }
}
