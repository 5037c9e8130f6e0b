/// How large each target's page may be, so that a round never holds more than its budget at once.
///
/// A target begins with an even share of the budget. One whose page was larger is asked again, with four times as much,
/// when the others have left enough room; what it needed is remembered for the next rounds.
package struct PageAllowances: Sendable {
    /// The most bytes of one page.
    package static let largestPage = 100_000_000

    /// The most bytes of all pages under way.
    package let budget: Int

    private var learnt: [String: Int] = [:]
    private var share: Int

    package init(budget: Int = 256_000_000) {
        self.budget = max(1, budget)
        share = min(Self.largestPage, self.budget)
    }

    /// The most that any page may have.
    package var largest: Int { min(Self.largestPage, budget) }

    /// Begins a round in which up to `inFlight` of these are asked at once; what was learnt of others is forgotten.
    package mutating func begin(_ names: some Collection<String>, inFlight: Int) {
        share = min(largest, max(1, budget / max(1, min(names.count, inFlight))))
        guard !learnt.isEmpty else { return }
        let present = Set(names)
        learnt = learnt.filter { present.contains($0.key) }
    }

    /// Whether a target's page needs more than its share.
    func isLarge(_ name: String) -> Bool { (learnt[name] ?? 0) > share }

    /// The bytes that a target's page may have now.
    package func allowance(of name: String) -> Int { min(largest, max(share, learnt[name] ?? 0)) }

    /// Notes that a page had this size: the next one may be twice as large.
    package mutating func note(_ name: String, size: Int) {
        let wanted = size > largest / 2 ? largest : size * 2
        learnt[name] = wanted > share ? wanted : nil
    }

    /// Notes that a page was larger than allowed.
    ///
    /// - Returns: whether it may be asked again with more.
    package mutating func noteTooLarge(_ name: String) -> Bool {
        let present = allowance(of: name)
        guard present < largest else { return false }
        learnt[name] = present > largest / 4 ? largest : present * 4
        return true
    }
}
