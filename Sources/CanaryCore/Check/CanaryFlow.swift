/// How many requests the canary has for each of stable's, and how many it should have had since its last one.
///
/// A canary that serves no more gives no evidence either way; only stable's requests tell that it is missed.
package struct CanaryFlow: Sendable, Hashable, Codable {
    /// Requests of both sides while the canary served; older looks count half of the next.
    private var stable = 0.0
    private var canary = 0.0
    /// Stable's requests since the canary's last one.
    private var silence = 0.0

    package init() {}

    /// Takes a look's windows in, oldest first.
    ///
    /// - Parameter history: windows before them, of a first look.
    mutating func add(history: [PairWindow], _ windows: [PairWindow]) {
        var (served, seen) = (0.0, 0.0)
        for window in history + windows {
            silence += Self.count(window.stable.requests)
            let requests = Self.count(window.canary.requests)
            guard requests > 0 else { continue }
            seen += requests
            served += silence
            silence = 0
        }
        guard seen > 0 else { return }
        stable = stable / 2 + served
        canary = canary / 2 + seen
    }

    /// Canary requests that were expected since its last one; 0 while too little is known of its share.
    package var missed: Double {
        guard canary >= Self.fewest, stable > 0 else { return 0 }
        let expected = silence * (canary / stable)
        return expected.isFinite ? min(expected, 0x1p53) : 0
    }

    /// So many are missed at least before somebody is told.
    static let notable = 50.0
    private static let fewest = 5.0

    private static func count(_ value: Double) -> Double { value > 0 ? min(value, 0x1p53) : 0 }
}
