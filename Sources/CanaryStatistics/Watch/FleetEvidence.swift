/// Evidence about many pairs of versions that is kept for as long as they are watched.
///
/// **Detector.** For each metric and effect size a Shiryaev-Roberts sum of the kernel's e-values, `M ← e (m + M)`, where `m` is the length
/// of the window in usual windows; M of a pair is their average over effects and metrics (Shin, Ramdas and Rinaldo, *E-detectors: a
/// nonparametric framework for sequential change detection*, 2023). It asks "did it become worse at *any* time?" and never has to be told
/// when to begin.
///
/// *Proved*, for burst-free telemetry: while the canary is within the margin in every window, E[M at any stopping time] is at most the
/// expected time watched, because each summand is a product of factors with conditional mean at most one. So an alarm at M ≥ c comes on
/// average after at least c windows: with c = windows of a year / budget there are at most `budget` false alarms a year of watching.
/// Windows in which one of the sides has no request are no watching: they change nothing. Divisors for overdispersion are fixed before
/// the window and only slow (§8.1); with bursts the bound is approximate. The clause that an alarm must not be owed to one window, the cap
/// and a restart of the sum can only make alarms rarer.
///
/// *Not proved*: anything about a comparison with one's own past. The kernel then sees a difference between two times, and whatever
/// differs between them counts as evidence.
///
/// **Day.** The same sums since the beginning of the present day. The day begins at fixed times, hence E[M at a look] is at most the windows
/// n of the day so far, and M/n is an e-value at each look that was not chosen by what it shows: what e-BH needs (§9).
///
/// **Safety.** The reversed test (§5) at the margin of the last step since the beginning of the day: a canary outside of the margin is called
/// proved with chance at most alpha a day.
///
/// The arrays hold service after service, metrics innermost; each element is sixteen lanes of effect sizes. Nothing is allocated while
/// windows are taken in, and each service's numbers are the same bits as if it were alone.
///
/// - Complexity: O(windows × metrics); about 35 transcendental functions of eight lanes for a metric and window.
package struct FleetEvidence: Sendable {
    private var services: [Service] = []
    private var models: [WatchModel] = []
    private var rho: [Double] = []
    private var delta: [Double] = []
    private var logWeights: [Double] = []
    private var detector: [Lanes] = []
    private var day: [Lanes] = []
    private var scatter: [WatchScatter] = []
    private var phi: [Double] = []
    private var floors: [Double] = []
    private var safetyMetric: [Int] = []
    private var safetyRho: [Double] = []
    private var safetyDelta: [Double] = []
    private var safetyA: [Lanes] = []
    private var safetyB: [Lanes] = []
    private var scratch: [Double] = []

    private let grid: TiltGrid
    private let safetyGrid: TiltGrid
    private let promotionDispersion: Double

    /// No pairs.
    package init() {
        let configuration = EngineConfiguration()
        grid = TiltGrid.regression(low: configuration.tiltLow, high: configuration.tiltHigh)
        safetyGrid = TiltGrid.nonInferiority(low: configuration.reductionLow, high: configuration.reductionHigh)
        promotionDispersion = configuration.promotionDispersion
    }

    package var count: Int { services.count }

    /// Adds a pair.
    ///
    /// - Parameter logThreshold: of its alarm; see `WatchEvidence.logThreshold`.
    package mutating func append(_ evidence: WatchEvidence, logThreshold: Double) {
        let (model, state) = (evidence.model, evidence.state)
        services.append(
            Service(
                firstPair: rho.count,
                firstSafety: safetyMetric.count,
                reference: evidence.reference,
                logThreshold: logThreshold,
                scalars: state
            )
        )
        models.append(model)
        rho += model.rho
        delta += model.delta
        logWeights += model.weights.map { Elementary.log($0) }
        safetyMetric += model.safetyMetrics
        safetyRho += model.safetyRho
        safetyDelta += model.safetyDelta
        var reader = StateReader(state: state, at: WatchState.scalars)
        for _ in 0..<model.metricCount {
            detector.append(reader.lanes())
            day.append(reader.lanes())
            scatter.append(reader.scatter())
            phi.append(reader.next())
            floors.append(reader.next())
        }
        for _ in model.safetyMetrics.indices {
            safetyA.append(reader.lanes())
            safetyB.append(reader.lanes())
        }
        if scratch.count < model.metricCount { scratch = [Double](repeating: 0, count: model.metricCount) }
    }

    /// A pair as it is stored.
    package func evidence(of index: Int) -> WatchEvidence {
        let (service, model) = (services[index], models[index])
        var writer = StateWriter()
        writer.write(service)
        for pair in service.firstPair..<service.firstPair + model.metricCount {
            writer.write(detector[pair])
            writer.write(day[pair])
            writer.write(scatter[pair])
            writer.state.append(phi[pair])
            writer.state.append(floors[pair])
        }
        for place in service.firstSafety..<service.firstSafety + model.safetyMetrics.count {
            writer.write(safetyA[place])
            writer.write(safetyB[place])
        }
        var evidence = WatchEvidence(model: model, reference: service.reference)
        evidence.state = writer.state
        return evidence
    }

    /// Begins a new day: the day's sums and the safety start anew, the dispersion forgets half.
    package mutating func beginDay(_ index: Int) {
        let (service, model) = (services[index], models[index])
        services[index].dayMass = 0
        for pair in service.firstPair..<service.firstPair + model.metricCount {
            day[pair] = Lanes(repeating: -.infinity)
            scatter[pair].fade()
            // Also what was taken over from other edges: an incident must not blind a service for ever.
            floors[pair] = 1 + (floors[pair] - 1) / 2
        }
        for place in service.firstSafety..<service.firstSafety + model.safetyMetrics.count {
            safetyA[place] = Lanes(repeating: 0)
            safetyB[place] = Lanes(repeating: 0)
        }
    }

    /// Takes in windows that are only history: for the dispersion, the canary's side is not looked at.
    package mutating func learn(_ windows: FleetWindows) {
        for index in 0..<min(services.count, windows.serviceCount) {
            guard windows.starts[index] < windows.starts[index + 1] else { continue }
            let pairs = models[index].metricCount
            let first = services[index].firstPair
            var place = windows.countStarts[index]
            for _ in windows.starts[index]..<windows.starts[index + 1] {
                spread(index, windows.stable, place, pairs)
                place += pairs
            }
            for pair in first..<first + pairs { floors[pair] = max(floors[pair], scatter[pair].phi) }
            share(index, pairs)
        }
    }

    /// Takes in new windows of all pairs, in the order in which the pairs were appended.
    package mutating func add(_ windows: FleetWindows) {
        for index in 0..<min(services.count, windows.serviceCount) {
            services[index].lastCalm = nil
            let pairs = models[index].metricCount
            var place = windows.countStarts[index]
            for window in windows.starts[index]..<windows.starts[index + 1] {
                let offset = window - windows.starts[index]
                judge(index, windows.seconds[window], windows.stable, windows.canary, place, pairs, offset)
                spread(index, windows.stable, place, pairs)
                share(index, pairs)
                place += pairs
            }
        }
    }

    private mutating func judge(
        _ index: Int,
        _ seconds: Double,
        _ stable: [EventCount],
        _ canary: [EventCount],
        _ place: Int,
        _ pairs: Int,
        _ offset: Int
    ) {
        guard stable[place].n > 0, canary[place].n > 0 else { return }
        let first = services[index].firstPair
        let ratio = seconds / services[index].reference
        // A window of a usual length counts as one; one of unknown length, too.
        let mass = ratio > 0 && ratio < 1e6 ? ratio : 1
        let logMass = mass == 1 ? 0 : Elementary.log(mass)
        for metric in 0..<pairs {
            let pair = first + metric
            let (before, after) = (stable[place + metric], canary[place + metric])
            // Without data of both sides a metric was not watched: its sum must not grow by mere waiting.
            guard before.n > 0, after.n > 0 else { continue }
            let logE = Kernel.regression(
                stable: before,
                canary: after,
                rho: rho[pair],
                delta: delta[pair],
                // Pods are not told apart here, so all of the excess counts.
                divisors: RegressionDivisors(phi1: phi[pair], phi2: phi[pair], z: 1),
                grid: grid
            )
            detector[pair] = WatchKernel.grown(detector[pair], by: logE, logMass)
            day[pair] = WatchKernel.grown(day[pair], by: logE, logMass)
        }
        services[index].dayMass += mass
        let firstSafety = services[index].firstSafety
        for safety in firstSafety..<firstSafety + models[index].safetyMetrics.count {
            let metric = safetyMetric[safety]
            let divisor = phi[first + metric]
            Kernel.addReversed(
                stable: stable[place + metric],
                canary: canary[place + metric],
                rho: safetyRho[safety],
                stableDivisor: 1 + (divisor - 1) * promotionDispersion,
                canaryDivisor: divisor,
                grid: safetyGrid,
                to: &safetyA[safety],
                &safetyB[safety]
            )
        }
        weigh(index, first, pairs, offset)
    }

    /// Reads the sum of a pair after a window, and whether it is an alarm.
    private mutating func weigh(_ index: Int, _ first: Int, _ pairs: Int, _ offset: Int) {
        let logM = total(detector, first, pairs)
        var service = services[index]
        let before = max(service.logM, 0)
        service.top = max(service.top, logM - before)
        if logM >= service.logThreshold, logM - service.top >= service.logThreshold * Self.leaveOutFraction {
            service.isAlarm = true
        }
        if logM < Self.logCalm {
            service.isAlarm = false
            service.top = 0
            service.lastCalm = offset
        }
        let cap = service.logThreshold + Self.capAbove
        service.logM = min(logM, cap)
        services[index] = service
        guard logM > cap else { return }
        // Scaled down as a whole, so that an end of the regression is seen soon.
        let excess = Elementary.splat(logM - cap)
        for pair in first..<first + pairs {
            detector[pair].low -= excess
            detector[pair].high -= excess
        }
    }

    /// Log of the average of sums over effects and metrics.
    private mutating func total(_ sums: [Lanes], _ first: Int, _ pairs: Int) -> Double {
        for metric in 0..<pairs {
            scratch[metric] = WatchKernel.mean(sums[first + metric], grid) + logWeights[first + metric]
        }
        return WatchKernel.sum(scratch, pairs)
    }

    private mutating func spread(_ index: Int, _ stable: [EventCount], _ place: Int, _ pairs: Int) {
        let first = services[index].firstPair
        guard services[index].isWaiting else {
            for metric in 0..<pairs { scatter[first + metric].waiting = stable[place + metric] }
            services[index].isWaiting = true
            return
        }
        services[index].isWaiting = false
        let closes = services[index].fillBlocks()
        for metric in 0..<pairs { scatter[first + metric].add(stable[place + metric], closes: closes) }
    }

    /// Divisors for the next window: never below those of the history; edges share the largest that is well known.
    private mutating func share(_ index: Int, _ pairs: Int) {
        let first = services[index].firstPair
        var shared = 1.0
        for pair in first..<first + pairs {
            phi[pair] = max(scatter[pair].phi, floors[pair])
            if pair > first, scatter[pair].events >= Self.shareEvents { shared = max(shared, phi[pair]) }
        }
        for pair in (first + 1)..<max(first + pairs, first + 1) { phi[pair] = max(phi[pair], shared) }
    }

    private static let logCalm = Elementary.log(10)
    private static let capAbove = 5.0
    private static let leaveOutFraction = 1.0 / 3.0
    private static let shareEvents = 200.0
}

extension FleetEvidence {
    /// What is known of one pair.
    package struct Reading: Sendable, Hashable {
        /// Log M of the detector, at most five nats above its threshold.
        package var logM: Double
        package var logThreshold: Double
        /// The threshold was crossed, not by one window alone, and M has not been below ten since.
        package var isAlarm: Bool
        /// Log M/n of the day: an e-value at a look; minus infinity without a window.
        package var logE: Double
        /// Log of each metric's share of M.
        package var metricLogs: [Double]
        /// Log evidence that each safety metric is within its margin.
        package var safetyLogs: [Double]
        /// Of the last windows taken in the last one after which M was below ten.
        package var lastCalm: Int?
        /// Dispersion by metric.
        package var phi: [Double]
    }

    /// What is known of a pair.
    package func reading(_ index: Int) -> Reading {
        let (service, model) = (services[index], models[index])
        let pairs = service.firstPair..<service.firstPair + model.metricCount
        let safeties = service.firstSafety..<service.firstSafety + model.safetyMetrics.count
        let dayLogs = pairs.map { WatchKernel.mean(day[$0], grid) + logWeights[$0] }
        return Reading(
            logM: service.logM,
            logThreshold: service.logThreshold,
            isAlarm: service.isAlarm,
            logE: service.dayMass > 0 ? LogSum.of(dayLogs) - Elementary.log(service.dayMass) : -.infinity,
            metricLogs: pairs.map { WatchKernel.mean(detector[$0], grid) + logWeights[$0] },
            safetyLogs: safeties.map {
                Kernel.reversed(safetyA[$0], safetyB[$0], delta: safetyDelta[$0], grid: safetyGrid)
            },
            lastCalm: service.lastCalm,
            phi: Array(phi[pairs])
        )
    }
}
