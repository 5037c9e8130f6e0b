/// One round of telemetry of both versions: the unit that is journalled, judged and replayed.
package struct Window: Sendable, Hashable {
    /// Length, start of the round to start of the previous round, in (virtual) seconds.
    package var seconds: Double

    /// How long before its round the window ended, in seconds: a server is asked a little behind the present.
    package var lag: Double = 0

    /// The canary's weight in force, in percent, if the record carries it.
    package var weight: Double?

    /// Whether the window belongs to the stable version's history, before the first step.
    package var isHistory: Bool

    /// The bounds of every `latency` in the window.
    package var bounds: LatencyBounds

    package var stable: [PodWindow]
    package var canary: [PodWindow]

    /// How complete the round was.
    package var quality: WindowQuality

    /// Metrics of the user's own: those with a name, each once, at most `MetricWindow.mostMetrics`; others are dropped.
    package var metrics: [MetricWindow] {
        didSet { metrics = MetricWindow.kept(metrics) }
    }

    package init(
        seconds: Double,
        weight: Double? = nil,
        isHistory: Bool = false,
        bounds: LatencyBounds = .istio,
        stable: [PodWindow] = [],
        canary: [PodWindow] = [],
        quality: WindowQuality = WindowQuality(),
        metrics: [MetricWindow] = []
    ) {
        self.seconds = seconds
        self.weight = weight
        self.isHistory = isHistory
        self.bounds = bounds
        self.stable = stable
        self.canary = canary
        self.quality = quality
        self.metrics = MetricWindow.kept(metrics)
    }

    package var stableTotal: Int { stable.reduce(0) { $0 &+ $1.total } }
    package var canaryTotal: Int { canary.reduce(0) { $0 &+ $1.total } }
}
