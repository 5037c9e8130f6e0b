/// The promotion test of all its metrics at all margins, with its latches (§5).
struct PromotionState: Sendable, Hashable, Codable {
    /// Log evidence, margins outermost, promotion metrics innermost.
    private(set) var logNs: [Double]
    /// Margins that were proved once, in the same order.
    private(set) var isLatched: [Bool]
    private var sums: [NonInferiority]
    private let metricCount: Int

    init(model: EngineModel) {
        metricCount = model.promotionMetrics.count
        sums = [NonInferiority](repeating: NonInferiority(), count: metricCount)
        logNs = [Double](repeating: 0, count: metricCount * model.promotionDelta.count)
        isLatched = [Bool](repeating: false, count: logNs.count)
    }

    /// Whether a decoded state can be gone on with.
    func isSound(model: EngineModel) -> Bool {
        metricCount == model.promotionMetrics.count && sums.count == metricCount
            && logNs.count == metricCount * model.promotionDelta.count && isLatched.count == logNs.count
    }

    /// Takes in one promotion metric's counts.
    mutating func add(
        _ index: Int,
        stable: EventCount,
        canary: EventCount,
        phi1: Double,
        phi2: Double,
        model: EngineModel,
        factor: Double
    ) {
        sums[index].add(
            stable: stable,
            canary: canary,
            rho: model.promotionRho[index],
            stableDivisor: 1 + (phi1 - 1) * factor,
            canaryDivisor: phi2,
            grid: model.promotionGrid
        )
    }

    /// Reads all margins and latches those proved.
    mutating func end(model: EngineModel, threshold: Double) {
        for (margin, deltas) in model.promotionDelta.enumerated() {
            for metric in 0..<metricCount {
                let place = margin * metricCount + metric
                logNs[place] = sums[metric].logN(delta: deltas[metric], grid: model.promotionGrid)
                if logNs[place] >= threshold {
                    isLatched[place] = true
                }
            }
        }
    }

    /// True if every metric is latched at a margin.
    func isProved(margin: Int) -> Bool {
        for metric in 0..<metricCount where !isLatched[margin * metricCount + metric] {
            return false
        }
        return true
    }

    /// What is missing at a margin.
    func blockers(margin: Int, model: EngineModel, threshold: Double) -> [EngineBlocker] {
        (0..<metricCount).compactMap { metric in
            let place = margin * metricCount + metric
            if isLatched[place] {
                return nil
            }
            return .notLatched(metric: model.promotionMetrics[metric], logN: logNs[place], needed: threshold)
        }
    }

    /// Everything, for the result.
    func evidence(model: EngineModel) -> [[PromotionEvidence]] {
        model.promotionDelta.enumerated().map { margin, deltas in
            (0..<metricCount).map { metric in
                PromotionEvidence(
                    metric: model.promotionMetrics[metric],
                    rho: model.promotionRho[metric],
                    delta: deltas[metric],
                    logN: logNs[margin * metricCount + metric],
                    isLatched: isLatched[margin * metricCount + metric]
                )
            }
        }
    }
}
