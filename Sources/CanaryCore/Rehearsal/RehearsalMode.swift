/// How a placebo canary is made of the stable version.
package enum RehearsalMode: Sendable, Hashable {
    /// This many of stable's pods play the canary, the others stay stable.
    case pods(Int)
    /// Every request is sent to one side or the other at random: there are no pods to choose from. Why that is so.
    case totals(String)

    /// A bounded word.
    package var word: String {
        switch self {
        case .pods: "pods"
        case .totals: "totals"
        }
    }

    /// - Parameters:
    ///   - wanted: pods that the user asks for; nil takes two, or one of three.
    ///   - usual: pods of the history.
    init(wanted: Int?, usual: Int, isPerPod: Bool) {
        guard isPerPod else {
            self = .totals("the reporter counts all pods together")
            return
        }
        // At least two pods stay stable: one alone has nothing to be compared with.
        let most = usual - 2
        guard most >= 1 else {
            self = .totals("the history has \(usual == 1 ? "one pod" : "\(usual) pods"); two have to stay stable")
            return
        }
        self = .pods(min(max(wanted ?? 2, 1), most))
    }
}
