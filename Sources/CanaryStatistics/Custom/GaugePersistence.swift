/// How long a gauge keeps its level, seen on stable before the comparison: from it follows how seldom the gauge may be
/// compared so that comparisons are nearly independent.
///
/// The correlation of stable's mean from minute to minute is estimated with the usual correction for short series. A
/// drift that both versions share counts too: it makes comparisons rarer, not wrong.
struct GaugePersistence: Sendable, Hashable {
    private var minutes: [Double] = []
    private var seconds = 0.0
    private var sum = 0.0
    private var samples = 0.0

    /// Takes in a window of stable.
    mutating func add(mean: Double, samples: Double, seconds: Double) {
        guard seconds > 0, seconds < .infinity else { return }
        sum += mean * samples
        self.samples += samples
        self.seconds += seconds
        guard self.seconds >= GaugeEvidence.spanSeconds else { return }
        minutes.append(sum / self.samples)
        (self.seconds, sum, self.samples) = (0, 0, 0)
    }

    /// Minutes from one comparison to the next: 1 to 10; 1 if too little is known.
    var spacing: Int {
        let count = Double(minutes.count)
        guard minutes.count >= 10 else { return 1 }
        let mean = minutes.reduce(0) { $0 + $1 / count }
        var (variance, covariance) = (0.0, 0.0)
        for (index, value) in minutes.enumerated() {
            variance += (value - mean) * (value - mean)
            if index > 0 { covariance += (value - mean) * (minutes[index - 1] - mean) }
        }
        guard variance > 0, variance < .infinity else { return 1 }
        let raw = covariance / variance
        let correlation = min(raw + (1 + 3 * raw) / count, 0.95)
        guard correlation > Self.negligible else { return 1 }
        var (spacing, left) = (1, correlation)
        while left > Self.negligible, spacing < Self.most {
            left *= correlation
            spacing += 1
        }
        return spacing
    }

    /// A correlation between comparisons that is taken as none.
    private static let negligible = 0.15
    private static let most = 10
}
