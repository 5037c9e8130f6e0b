import CanaryCore

/// How much a canary needs a person's eyes: what is worst comes first on a page.
enum CanaryRank: Int, Sendable, Hashable, Comparable, CaseIterable {
    case rollingBack
    case held
    case invalid
    /// Rolled back, and nothing happens before somebody looks at it.
    case stalled
    /// As an operator left it.
    case stopped
    case paused
    case progressing
    case baking
    case watching
    /// Something new waits for a window, a freeze or its turn.
    case waiting
    case idle

    init(_ status: CanaryStatus) {
        switch status.phase {
        case .rollingBack: self = .rollingBack
        case .held: self = status.isLeftByOperator ? .stopped : .held
        case .invalid: self = .invalid
        case .paused: self = .paused
        case .progressing: self = .progressing
        case .baking: self = .baking
        case .watching: self = .watching
        case .idle:
            let isWorking = status.condition(.reconciling)?.value == .yes
            let isWaiting = status.waitingSince != nil || status.gate != nil || isWorking
            let isRolledBack = status.lastRun?.outcome.hasPrefix("rolledBack") == true
            if status.condition(.stalled).map({ $0.value == .yes }) ?? (isRolledBack && !isWaiting) {
                let isOperators = status.lastRun?.label == "operator"
                self = isRolledBack && !isOperators ? .stalled : .stopped
            } else {
                self = isWaiting ? .waiting : .idle
            }
        }
    }

    /// What a reader calls it.
    var words: String {
        switch self {
        case .rollingBack: "rolling back"
        case .held: "held"
        case .invalid: "invalid"
        case .stalled: "rolled back"
        case .stopped: "stopped"
        case .paused: "paused"
        case .progressing: "progressing"
        case .baking: "baking"
        case .watching: "watching"
        case .waiting: "waiting"
        case .idle: "idle"
        }
    }

    var tone: String {
        switch self {
        case .rollingBack, .invalid, .stalled: "bad"
        case .held, .stopped, .paused, .waiting: "warning"
        case .progressing, .baking, .watching: "neutral"
        case .idle: "good"
        }
    }

    var sign: Style.Sign {
        switch self {
        case .rollingBack, .invalid, .stalled: .failed
        case .held, .stopped, .paused, .waiting: .open
        case .progressing, .baking, .watching: .started
        case .idle: .done
        }
    }

    static func < (left: CanaryRank, right: CanaryRank) -> Bool { left.rawValue < right.rawValue }
}

extension CanaryStatus {
    /// Whether the traffic is divided because an operator stopped the run there.
    fileprivate var isLeftByOperator: Bool {
        guard run == nil, let lastRun, let weight = canary?.weight, weight > 0 else { return false }
        return lastRun.label == "operator" && lastRun.outcome.hasPrefix("stopped")
    }
}
