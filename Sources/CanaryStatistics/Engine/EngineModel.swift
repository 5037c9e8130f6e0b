/// What the engine takes from the history before the comparison and keeps to its end: edges, margins, weights.
struct EngineModel: Sendable, Hashable, Codable {
    /// The edges in the unit of the bounds.
    let edges: [Double]
    let promoteEdges: [Double]
    /// `errors`, then `latency>25ms` and so on.
    let metricNames: [String]
    /// Tolerated ratio by metric.
    let rho: [Double]
    /// Tolerated difference by metric.
    let delta: [Double]
    /// Weight of each metric in the average.
    let weights: [Double]
    let logWeights: [Double]
    /// Index of each promotion metric among the metrics.
    let promotionMetrics: [Int]
    /// Ratio of the promotion margin by promotion metric.
    let promotionRho: [Double]
    /// Difference of the promotion margin: margins outermost, promotion metrics innermost.
    let promotionDelta: [[Double]]
    /// Event shares of the history by metric.
    let historyShares: [Double]
    /// Bound index of the lowest edge.
    let lowestEdge: Int
    /// True if the history holds no request: only errors are judged and there is nothing to learn from.
    let isWithoutHistory: Bool
    /// True if no window of the history lists two stable pods; `nil` if it lists none at all.
    let isSinglePod: Bool?
    let grid: TiltGrid
    let promotionGrid: TiltGrid

    var metricCount: Int { metricNames.count }

    init(configuration: EngineConfiguration, bounds: [Double], history: [WindowCounts]) {
        let totals = HistoryTotals(history: history, bucketCount: bounds.count + 1)
        isWithoutHistory = !(totals.requests > 0)
        isSinglePod = totals.mostPods > 0 ? totals.mostPods == 1 : nil
        let shape = isWithoutHistory ? nil : LatencyShape(bounds: bounds, buckets: totals.buckets)
        let chosen =
            shape.map { shape in
                LatencyEdges(
                    shape: shape,
                    high: configuration.edgeShareHigh,
                    low: configuration.edgeShareLow,
                    limit: configuration.edgeLimit
                )
            } ?? .none
        lowestEdge = chosen.rollback.first ?? 0
        edges = chosen.rollback.map { bounds[$0] }
        promoteEdges = chosen.promotion.map { bounds[$0] }
        metricNames = ["errors"] + chosen.rollback.map { Self.name(edge: bounds[$0]) }

        var rho = [configuration.errorRatio]
        var delta = [configuration.errorDelta]
        var promotionRho = [configuration.errorBudgetRatio]
        var shares = [isWithoutHistory ? 0 : totals.failures / totals.requests]
        if let shape {
            for edge in chosen.rollback {
                rho.append(LatencyMargins.rho(shape: shape, edge: edge, slowdown: configuration.latencyTolerance))
                delta.append(configuration.latencyDelta)
                shares.append(shape.tails[edge])
            }
            for edge in chosen.promotion {
                promotionRho.append(
                    LatencyMargins.rho(shape: shape, edge: edge, slowdown: configuration.latencyBudget)
                )
            }
        }
        self.rho = rho
        self.delta = delta
        self.promotionRho = promotionRho
        historyShares = shares
        let lowest = lowestEdge
        promotionMetrics = [0] + chosen.promotion.map { $0 - lowest + 1 }
        promotionDelta = MarginLadder.shares(steps: configuration.steps).map { share in
            var row = [
                MarginLadder.errorDelta(
                    share: share,
                    budget: configuration.errorBudget,
                    cap: configuration.errorBudgetCap
                )
            ]
            if let shape {
                for (edge, rho) in zip(chosen.promotion, promotionRho.dropFirst()) {
                    row.append(
                        LatencyMargins.promotionDelta(
                            shape: shape,
                            edge: edge,
                            share: share,
                            budget: configuration.latencyBudget,
                            cap: configuration.latencyBudgetCap,
                            rho: rho,
                            slack: configuration.latencyBudgetDelta
                        )
                    )
                }
            }
            return row
        }
        let edgeCount = chosen.rollback.count
        var weights = [edgeCount == 0 ? 1 : configuration.errorWeight]
        for _ in 0..<edgeCount {
            weights.append((1 - configuration.errorWeight) / Double(edgeCount))
        }
        self.weights = weights
        logWeights = weights.map { Elementary.log($0) }
        grid = TiltGrid.regression(low: configuration.tiltLow, high: configuration.tiltHigh)
        promotionGrid = TiltGrid.nonInferiority(low: configuration.reductionLow, high: configuration.reductionHigh)
    }

    /// Whether a decoded model can be gone on with under this configuration.
    func isSound(_ configuration: EngineConfiguration) -> Bool {
        let count = metricCount
        let lists = [rho, delta, weights, logWeights, historyShares]
        return count >= 1 && edges.count == count - 1 && lists.allSatisfy { $0.count == count }
            && (0...Self.mostBounds).contains(lowestEdge)
            && promotionMetrics.allSatisfy { metricNames.indices.contains($0) }
            && promotionRho.count == promotionMetrics.count
            && promotionDelta.count == MarginLadder.shares(steps: configuration.steps).count
            && promotionDelta.allSatisfy { $0.count == promotionMetrics.count }
            && grid == TiltGrid.regression(low: configuration.tiltLow, high: configuration.tiltHigh)
            && promotionGrid
                == TiltGrid.nonInferiority(low: configuration.reductionLow, high: configuration.reductionHigh)
    }

    /// No histogram has more bounds than this.
    private static let mostBounds = 1_000_000

    private static func name(edge: Double) -> String {
        let text = "\(edge)"
        return "latency>\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)ms"
    }
}

/// Sums over the whole history.
private struct HistoryTotals {
    var requests = 0.0
    var failures = 0.0
    var buckets: [Double]
    var mostPods = 0

    init(history: [WindowCounts], bucketCount: Int) {
        buckets = [Double](repeating: 0, count: bucketCount)
        for window in history {
            mostPods = max(mostPods, window.stable.count)
            for pod in window.stable {
                let served = pod.requests.asCount
                requests += served
                failures += min(pod.failures.asCount, served)
                guard pod.latency.count == bucketCount else { continue }
                for index in 0..<bucketCount {
                    buckets[index] += pod.latency[index].asCount
                }
            }
        }
    }
}
