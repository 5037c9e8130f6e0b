/// The prior mass of a window: of bets that start with it, and of all that started until now.
struct CustomMass: Sendable, Hashable, Codable {
    /// Log of the mass of a start in this window.
    var log: Double
    /// Log of the mass given out before this window, and with it.
    var logBefore: Double
    var logAll: Double
}

/// One metric of the user's own: its kind, its evidence, and whether there is data.
struct CustomMetric: Sendable, Hashable, Codable {
    private enum Form: Sendable, Hashable, Codable {
        /// No data yet.
        case unseen
        case ratio(CountEvidence)
        case histogram(HistogramEvidence)
        case gauge(GaugeEvidence)
    }

    private struct Identity: Sendable, Hashable, Codable {
        var kind: CustomReading.Kind
        var isHigherBetter: Bool

        init(_ reading: CustomReading) {
            kind = reading.kind
            isHigherBetter = reading.isHigherBetter
        }
    }

    private let objective: CustomObjective
    private var identity: Identity?
    private var form = Form.unseen
    private var gap: CustomGap? = .noData
    /// Whether both versions had data since the last change of weight, and how long ago.
    private var hadStable = false
    private var hadCanary = false
    private var silentSeconds = 0.0

    /// - Parameter history: stable's readings before the comparison with their lengths in seconds, oldest first.
    init(
        _ objective: CustomObjective,
        history: [(reading: CustomReading?, seconds: Double)],
        configuration: EngineConfiguration,
        grid: TiltGrid
    ) {
        self.objective = objective
        guard let last = history.last(where: { $0.reading?.stable != nil })?.reading else { return }
        let identity = Identity(last)
        let usable = history.map { reading, _ in reading.map { Identity($0) == identity } == true ? reading : nil }
        self.identity = identity
        form = Self.form(
            identity,
            logSpent: -.infinity,
            history: Array(zip(usable, history.map(\.seconds))),
            configuration: configuration,
            grid: grid
        )
        switch form {
        case .ratio(var counts):
            for reading in usable.suffix(max(configuration.dispersionHistory, 0)) {
                counts.learn(reading?.stable?.badEvents(isHigherBetter: identity.isHigherBetter))
            }
            counts.endHistory()
            form = .ratio(counts)
        case .histogram(var histogram):
            histogram.learn(usable, configuration: configuration, grid: grid)
            form = .histogram(histogram)
        case .gauge, .unseen:
            break
        }
    }

    /// Whether a decoded metric can be gone on with under this objective.
    func isSound(_ objective: CustomObjective) -> Bool {
        guard self.objective == objective else { return false }
        return switch form {
        case .unseen: true
        case .ratio(let counts): counts.dispersion.isSound
        case .histogram(let histogram): histogram.isSound
        case .gauge(let gauge): gauge.isSound
        }
    }

    /// Judges a window.
    mutating func judge(
        _ reading: CustomReading?,
        in window: CustomWindow,
        mass: CustomMass,
        configuration: EngineConfiguration,
        grid: TiltGrid
    ) {
        var reading = reading
        gap = nil
        if let found = reading.map(Identity.init) {
            if identity == nil, reading?.stable != nil || reading?.canary != nil {
                identity = found
                form = Self.form(
                    found,
                    logSpent: mass.logBefore,
                    history: [],
                    configuration: configuration,
                    grid: grid
                )
            } else if identity != nil, identity != found {
                gap = .changed
                reading = nil
            }
        }
        if window.isFirstAfterWeightChange { (hadStable, hadCanary) = (false, false) }
        let isKnown = feed(reading, in: window, mass: mass, configuration: configuration, grid: grid)
        silentSeconds += window.seconds > 0 && window.seconds < .infinity ? window.seconds : 0
        if isKnown, !window.isWarming { silentSeconds = 0 }
        if !isKnown { gap = gap ?? openGap(reading) }
    }

    /// Feeds the form; returns whether both versions had data.
    private mutating func feed(
        _ reading: CustomReading?,
        in window: CustomWindow,
        mass: CustomMass,
        configuration: EngineConfiguration,
        grid: TiltGrid
    ) -> Bool {
        switch form {
        case .unseen:
            return false
        case .ratio(var counts):
            let isHigherBetter = identity?.isHigherBetter ?? false
            let stable = reading?.stable?.badEvents(isHigherBetter: isHigherBetter)
            let canary = reading?.canary?.badEvents(isHigherBetter: isHigherBetter)
            let tolerance = min(objective.tolerance, 1)
            counts.judge(
                stable: stable,
                canary: canary,
                phi: counts.dispersion.phi,
                tolerance: tolerance,
                isWarming: window.isWarming,
                logMass: mass.log,
                grid: grid
            )
            form = .ratio(counts)
            note(stable?.n, canary?.n, window)
            return stable != nil && canary != nil
        case .histogram(var histogram):
            if histogram.edges.isEmpty, reading?.stable != nil { gap = gap ?? .noEdges }
            let isKnown = histogram.judge(
                reading,
                tolerance: min(objective.tolerance, 1),
                isWarming: window.isWarming,
                mass: mass,
                configuration: configuration,
                grid: grid
            )
            form = .histogram(histogram)
            if isKnown { note(Self.total(reading?.stable), Self.total(reading?.canary), window) }
            return isKnown
        case .gauge(var gauge):
            let isKnown = gauge.judge(
                reading,
                tolerance: min(objective.tolerance, 1e6),
                isWarming: window.isWarming,
                seconds: window.seconds,
                logMass: mass.log
            )
            form = .gauge(gauge)
            if isKnown { note(1, 1, window) }
            return isKnown
        }
    }

    /// Notes how much both versions had in a window in which both are known.
    private mutating func note(_ stable: Double?, _ canary: Double?, _ window: CustomWindow) {
        guard !window.isWarming, let stable, let canary else { return }
        if stable > 0 { hadStable = true }
        if canary > 0 { hadCanary = true }
    }

    private func openGap(_ reading: CustomReading?) -> CustomGap {
        guard let reading else { return .noData }
        if case .histogram = form, reading.stable != nil, reading.canary != nil { return .changed }
        return .noData
    }

    /// Log evidence after the last window.
    func logE(grid: TiltGrid, logUnspent: Double) -> Double {
        switch form {
        case .unseen: 0
        case .ratio(let counts): counts.logE(grid: grid, logUnspent: logUnspent)
        case .histogram(let histogram): histogram.logE(grid: grid, logUnspent: logUnspent)
        case .gauge(let gauge): gauge.logE(logUnspent: logUnspent)
        }
    }

    /// What there is to tell after a window.
    func evidence(grid: TiltGrid, logUnspent: Double, suspicionLimit: Double) -> CustomEvidence {
        let logE = logE(grid: grid, logUnspent: logUnspent)
        return CustomEvidence(
            name: objective.name,
            tolerance: objective.tolerance,
            isHigherBetter: identity?.isHigherBetter ?? false,
            logE: logE,
            isSuspect: logE >= suspicionLimit,
            hasData: hadStable && hadCanary && silentSeconds <= Self.longestSilenceSeconds,
            gap: gap,
            detail: detail(grid: grid, logUnspent: logUnspent)
        )
    }

    private func detail(grid: TiltGrid, logUnspent: Double) -> CustomEvidence.Detail {
        let isHigherBetter = identity?.isHigherBetter ?? false
        switch form {
        case .unseen:
            return .unseen
        case .ratio(let counts):
            return .ratio(Self.shown(counts, counts.dispersion.phi, nil, isHigherBetter, grid, logUnspent))
        case .histogram(let histogram):
            let phis = histogram.phis
            return .histogram(
                histogram.counts.indices.map { index in
                    let edge = histogram.edges[index]
                    return Self.shown(histogram.counts[index], phis[index], edge, isHigherBetter, grid, logUnspent)
                }
            )
        case .gauge(let gauge):
            return .gauge(
                CustomEvidence.Level(
                    stableMean: gauge.stableMean,
                    canaryMean: gauge.canaryMean,
                    comparisons: gauge.comparisons,
                    losses: gauge.losses
                )
            )
        }
    }

    /// Counts as the user knows them: the ratio's events, or observations above the edge.
    private static func shown(
        _ counts: CountEvidence,
        _ phi: Double,
        _ edge: Double?,
        _ isHigherBetter: Bool,
        _ grid: TiltGrid,
        _ logUnspent: Double
    ) -> CustomEvidence.Counts {
        func own(_ bad: EventCount) -> EventCount {
            isHigherBetter ? EventCount(x: bad.n - bad.x, n: bad.n) : bad
        }
        return CustomEvidence.Counts(
            edge: edge,
            logE: counts.logE(grid: grid, logUnspent: logUnspent),
            phi: phi,
            stable: own(counts.stableTotal),
            canary: own(counts.canaryTotal)
        )
    }

    private static func form(
        _ identity: Identity,
        logSpent: Double,
        history: [(reading: CustomReading?, seconds: Double)],
        configuration: EngineConfiguration,
        grid: TiltGrid
    ) -> Form {
        switch identity.kind {
        case .ratio:
            .ratio(CountEvidence(logSpent: logSpent, configuration: configuration, grid: grid))
        case .histogram:
            .histogram(HistogramEvidence(isHigherBetter: identity.isHigherBetter, configuration: configuration))
        case .gauge:
            .gauge(
                GaugeEvidence(isHigherBetter: identity.isHigherBetter, logSpent: logSpent, history: history)
            )
        }
    }

    private static func total(_ value: CustomValue?) -> Double? {
        guard case .buckets(let counts) = value else { return nil }
        return counts.reduce(0, +)
    }

    /// Data older than this is none.
    private static let longestSilenceSeconds = 300.0
}
