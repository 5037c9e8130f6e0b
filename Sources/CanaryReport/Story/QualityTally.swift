import CanaryCore
import CanaryTelemetry

/// How good the telemetry was, counted window by window.
struct QualityTally: Sendable {
    private struct Fault: Sendable {
        var count = 0
        var text: String
    }

    private var unusable = NameTable<Fault>(limit: 64)
    private var faults = NameTable<Fault>(limit: 64)
    private var callers = NameTable<Int>(limit: 64)
    private var windows = 0
    private var restarts = 0
    private var gaps = 0
    private var longestGap = 0.0
    private var lastAt: Double?
    private var historyWindows = 0
    private var historySeconds = 0.0
    private var split: SplitProof?
    /// The last weight above 0 that was compared, and the requests at it.
    private var place: Double?
    private var stable = 0
    private var canary = 0

    /// Whether the first round's lack of counts is all that is wrong with the window.
    static func isUnusable(_ window: Window) -> Bool {
        window.quality.unusable != nil && window.quality.unusable != .baseline
    }

    /// - Parameter interval: how long a window should be, in seconds.
    mutating func add(_ window: Window, at: Double, interval: Double) {
        windows += 1
        let length = window.seconds.isFinite ? window.seconds : 0
        if let lastAt {
            let gap = max(at - lastAt, length)
            if interval > 0, gap > 2 * interval {
                gaps += 1
                longestGap = max(longestGap, gap)
            }
        }
        lastAt = at
        if Self.isUnusable(window), let reason = window.quality.unusable?.reason {
            unusable.update(reason.label, first: Fault(text: reason.text)) { $0.count += 1 }
        }
        for fault in window.quality.faults {
            faults.update(fault.label, first: Fault(text: "")) { known in
                known.count += 1
                known.text = "\(fault.pod): \(fault.message)"
            }
        }
        for caller in window.quality.canaryCallers { callers.add(caller.name, caller.count) }
        restarts = restarts &+ window.quality.restarts.count
    }

    /// A window of stable's history in a judgement of the past.
    mutating func addHistory(_ window: Window) {
        guard window.quality.unusable == nil else { return }
        historyWindows += 1
        historySeconds += window.seconds.isFinite ? max(window.seconds, 0) : 0
    }

    /// Requests at a weight that is compared.
    mutating func addSplit(_ key: MomentDraft.Key, stable: Int, canary: Int) {
        if place != key.place {
            place = key.place
            self.stable = 0
            self.canary = 0
        }
        self.stable = self.stable &+ stable
        self.canary = self.canary &+ canary
    }

    mutating func follow(_ rollout: Rollout) {
        switch rollout.phase {
        case .analyzing(let state), .baking(let state): split = state.split
        default: break
        }
    }

    func quality(_ rollout: Rollout, _ requests: RequestTally) -> DataQuality {
        var quality = DataQuality()
        quality.windows = windows
        quality.unusable = zip(unusable.names, unusable.values)
            .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
            .map { (reason: $0.1.text, windows: $0.1.count) }
        quality.faults = zip(faults.names, faults.values)
            .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
            .map { (label: $0.0, count: $0.1.count, example: TextCells.harmless(String($0.1.text.prefix(500)))) }
        quality.stablePods = requests.stablePods.names.count
        quality.canaryPods = requests.canaryPods.names.count
        quality.restarts = restarts
        quality.gaps = gaps
        quality.longestGap = longestGap
        quality.historyWindows = rollout.historyWindows &+ historyWindows
        quality.historySeconds = rollout.historySeconds + historySeconds
        quality.split = split.map { Self.words($0.status) }
        let total = Double(stable) + Double(canary)
        quality.observedShare = total > 0 && canary >= 0 && stable >= 0 ? Double(canary) / total : nil
        quality.callers = callers.ranked().prefix(16).map { CallerCount(name: $0.name, count: $0.count) }
        return quality
    }

    private static func words(_ status: SplitProof.Status) -> String {
        switch status {
        case .settling, .testing: "being proved"
        case .proved: "proved"
        case .contradicted: "not in force"
        }
    }
}
