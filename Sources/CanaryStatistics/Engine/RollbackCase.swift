/// The three clauses of a rollback (§4, §8.3), with what each of them lacks.
struct RollbackCase: Sendable, Hashable {
    var logE: Double
    var logD: Double
    var top: Double
    var threshold: Double
    var leaveOutFraction: Double
    var isConfirmed: Bool

    /// All clauses hold.
    var isProved: Bool {
        logD >= threshold && isNotOneWindow && isConfirmed
    }

    /// Why a case whose evidence would do is not proved.
    func blockers(leadingPod: String) -> [EngineBlocker] {
        guard logE >= threshold, !isProved else { return [] }
        var blockers: [EngineBlocker] = []
        if !(logD >= threshold) {
            blockers.append(.burstDeduction(logD: logD, needed: threshold))
        }
        if !isNotOneWindow {
            blockers.append(.leaveOut(remaining: logE - top, needed: threshold * leaveOutFraction))
        }
        if !isConfirmed {
            blockers.append(.notConfirmed(pod: leadingPod))
        }
        return blockers
    }

    private var isNotOneWindow: Bool {
        logE - top >= threshold * leaveOutFraction
    }
}
