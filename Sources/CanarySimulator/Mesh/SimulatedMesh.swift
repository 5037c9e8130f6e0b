import Foundation

/// A synthetic mesh: two versions of a service with several pods each, and the telemetry their sidecars would show.
///
/// A pure value. Time passes in quanta of a tenth of a virtual second. What happens in a quantum depends on the
/// configuration, the number of the quantum, the canary's share in it and the time of the canary's first requests, and
/// on nothing else: `advance(by: 5, …)` and 50 times `advance(by: 0.1, …)` with the same share give equal meshes,
/// and with other shares the same requests arrive and are only divided differently. A quantum that a call leaves
/// unfinished runs whole at the share of the call that finishes it.
package struct SimulatedMesh: Sendable, Hashable {
    package let configuration: MeshConfiguration
    /// Stable pods, then canary pods.
    private(set) var simulatedPods: [SimulatedPod]
    private var elapsedMicroseconds: Int64 = 0
    private var nextQuantum: Int64 = 0
    private var stableBefore = LatencyLedger()
    private var stableBeside = LatencyLedger()
    private var canary = LatencyLedger()
    private var bypassed = 0
    private var firstCanaryQuantum: Int64?
    private var foreignWriter = ForeignWriter()
    private let positions: [String: Int]
    private let outageQuanta: Int64

    package init(configuration: MeshConfiguration) {
        self.configuration = configuration
        let seed = configuration.seed
        simulatedPods =
            (0..<configuration.stablePods).map { SimulatedPod(version: .stable, position: $0, seed: seed) }
            + (0..<configuration.canaryPods).map { SimulatedPod(version: .canary, position: $0, seed: seed) }
        positions = Dictionary(
            simulatedPods.enumerated().map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        var chance = RandomStream(seed: seed, lane: .outage, index: 0)
        outageQuanta = Quantum.count(
            from: ScenarioNumbers.outageShortest,
            to: ScenarioNumbers.outageLongest,
            draw: chance.uniform()
        )
    }

    /// Virtual seconds since the start.
    package var now: Double { Double(elapsedMicroseconds) / 1e6 }

    /// Names of all pods, the stable ones first.
    package var pods: [String] { simulatedPods.map(\.name) }

    /// Lets virtual time pass while the rule sends a share of the requests to the canary.
    ///
    /// - Parameters:
    ///   - seconds: rounded to microseconds; negative or not a number is 0, more than 1,000,000 is 1,000,000.
    ///   - canaryShare: 0...1; values outside are brought inside, not a number is 0. Exactly 0 gives the
    ///     canary nothing.
    /// - Complexity: O(requests + pods × quanta).
    package mutating func advance(by seconds: Double, canaryShare: Double) {
        let share = MeshConfiguration.limited(canaryShare, to: 1, otherwise: 0)
        let length = MeshConfiguration.limited(seconds, to: 1_000_000, otherwise: 0)
        foreignWriter.observe(share: share, at: now)
        elapsedMicroseconds &+= Int64((length * 1e6).rounded())
        while (nextQuantum + 1) * Quantum.microseconds <= elapsedMicroseconds {
            simulate(quantum: nextQuantum, canaryShare: share)
            nextQuantum += 1
        }
    }

    /// The page that the pod's sidecar shows now; nil if there is no such pod.
    ///
    /// - Complexity: O(size), some ten microseconds for 100 kB.
    package func page(of pod: String) -> [UInt8]? {
        guard let position = positions[pod] else { return nil }
        return MeshPage.page(of: simulatedPods[position], at: now, in: configuration)
    }

    /// Whether somebody else resets the weights to 100/0 now: true once, in the scenario `second-writer`.
    ///
    /// The owner of the route performs the write. The moment is 20 virtual seconds after the second raise of the
    /// canary's share; a share that went back to 0 before puts it off until there is a second raise again.
    package mutating func secondWriterStrike() -> Bool {
        configuration.scenario == .secondWriter && foreignWriter.strike(at: now)
    }

    /// What really happened so far.
    package var truth: MeshTruth {
        MeshTruth(
            scenario: configuration.scenario,
            nature: configuration.scenario.nature,
            seconds: now,
            firstCanaryRequestSeconds: firstCanaryQuantum.map(Quantum.seconds),
            stable: (stableBefore + stableBeside).truth,
            stableBesideCanary: stableBeside.truth,
            canary: canary.truth,
            bypassed: bypassed > 0 ? [Caller.batchJob.workload: bypassed] : [:],
            restarts: simulatedPods.reduce(0) { $0 &+ $1.restarts }
        )
    }

    // MARK: - One quantum

    private mutating func simulate(quantum: Int64, canaryShare: Double) {
        beginEpisodes(in: quantum)
        let weather = weather
        let conditions = simulatedPods.map { weather.condition(of: $0, in: quantum) }
        let index = UInt64(bitPattern: quantum)
        var arrivals = RandomStream(seed: configuration.seed, lane: .arrivals, index: index)
        var chance = RandomStream(seed: configuration.seed, lane: .requests, index: index)
        let count = arrivals.poisson(mean: configuration.requestsPerSecond * Quantum.length)
        for _ in 0..<count {
            simulateRequest(in: quantum, canaryShare: canaryShare, conditions: conditions, chance: &chance)
        }
        for position in simulatedPods.indices { simulatedPods[position].finish(quantum: quantum) }
    }

    /// Every request takes seven numbers from the stream, wherever it goes.
    private mutating func simulateRequest(
        in quantum: Int64,
        canaryShare: Double,
        conditions: [PodCondition],
        chance: inout RandomStream
    ) {
        let callerDraw = chance.uniform()
        let versionDraw = chance.uniform()
        let podDraw = chance.uniform()
        let outcomeDraw = chance.uniform()
        let modeDraw = chance.uniform()
        let deviate = chance.normal()

        let isBypass = configuration.scenario == .bypass && callerDraw < ScenarioNumbers.bypassShare
        let caller = isBypass ? Caller.batchJob : .gateway
        let isCanary = isBypass || versionDraw < canaryShare
        let position = podPosition(isCanary: isCanary, draw: podDraw)
        let condition = conditions[position]

        let response = Self.response(draw: outcomeDraw, condition: condition)
        let isAnswered = response == .success || response == .notFound
        let logMilliseconds: Double =
            switch response {
            case .success, .notFound:
                LatencyModel.logMilliseconds(draw: modeDraw, deviate: deviate, condition: condition)
            case .failure, .broken:
                LatencyModel.failed.logMedian + LatencyModel.failed.spread * deviate + condition.logSlowdown
            case .refused:
                LatencyModel.refused.logMedian + LatencyModel.refused.spread * deviate
            }
        let milliseconds = exp(logMilliseconds)
        simulatedPods[position].record(
            slot: SeriesSlot.incoming(caller, response),
            milliseconds: milliseconds,
            isAnswered: isAnswered,
            at: Quantum.seconds(quantum)
        )

        if isBypass { bypassed &+= 1 }
        if isCanary, firstCanaryQuantum == nil { firstCanaryQuantum = quantum }
        let latency = isAnswered ? (milliseconds: milliseconds, logMilliseconds: logMilliseconds) : nil
        if isCanary {
            canary.count(latency)
        } else if firstCanaryQuantum == nil {
            stableBefore.count(latency)
        } else {
            stableBeside.count(latency)
        }
    }

    private func podPosition(isCanary: Bool, draw: Double) -> Int {
        let count = isCanary ? configuration.canaryPods : configuration.stablePods
        let offset = min(Int(draw * Double(count)), count - 1)
        return isCanary ? configuration.stablePods + offset : offset
    }

    private static func response(draw: Double, condition: PodCondition) -> ResponseKind {
        if condition.isDead { return .refused }
        if draw < condition.failures { return draw < condition.failures * brokenShare ? .broken : .failure }
        return draw >= 1 - notFoundShare ? .notFound : .success
    }

    // MARK: - The scenario

    private var weather: Weather {
        Weather(
            scenario: configuration.scenario,
            baseErrors: configuration.baseErrors,
            outage: firstCanaryQuantum.map { first in
                let start = first + Quantum.count(in: ScenarioNumbers.outageDelay)
                return start..<start + outageQuanta
            }
        )
    }

    private mutating func beginEpisodes(in quantum: Int64) {
        switch configuration.scenario {
        case .counterReset:
            for position in simulatedPods.indices {
                var chance = episodeChance(.restarts, position, quantum)
                if chance.uniform() < ScenarioNumbers.restartHazard * Quantum.length {
                    simulatedPods[position].restart(at: Quantum.seconds(quantum))
                }
            }
        case .podBursts:
            for position in simulatedPods.indices {
                var chance = episodeChance(.bursts, position, quantum)
                guard chance.uniform() < ScenarioNumbers.burstHazard * Quantum.length else { continue }
                let length = Quantum.count(
                    from: ScenarioNumbers.burstShortest,
                    to: ScenarioNumbers.burstLongest,
                    draw: chance.uniform()
                )
                simulatedPods[position].beginBurst(at: quantum, quanta: length)
            }
        default:
            break
        }
    }

    private func episodeChance(_ lane: RandomStream.Lane, _ position: Int, _ quantum: Int64) -> RandomStream {
        RandomStream(
            seed: configuration.seed,
            lane: lane,
            index: UInt64(bitPattern: quantum) &* 1024 &+ UInt64(position)
        )
    }

    /// Part of the failures in which the application closed the connection.
    private static let brokenShare = 0.15
    private static let notFoundShare = 0.01
}

extension LatencyLedger {
    /// Counts a request: answered with this latency, or failed.
    fileprivate mutating func count(_ latency: (milliseconds: Double, logMilliseconds: Double)?) {
        if let latency {
            succeed(milliseconds: latency.milliseconds, logMilliseconds: latency.logMilliseconds)
        } else {
            fail()
        }
    }
}
