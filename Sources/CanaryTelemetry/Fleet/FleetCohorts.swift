/// Whose requests are those of which side of which comparison, for a whole mesh at once.
///
/// A slot is one side of one comparison: `2 * comparison` is stable, `2 * comparison + 1` the canary.
package struct FleetCohorts: Sendable {
    package struct Cohort: Sendable, Hashable {
        /// As in `destination_service`: `reviews.test.svc.cluster.local`.
        package var service: String
        /// Which of the service's pods; nil for all of them.
        package var selector: CohortSelector?

        package init(service: String, selector: CohortSelector? = nil) {
            self.service = service
            self.selector = selector
        }
    }

    /// How many slots there are.
    package let slots: Int
    private let byService: [String: [Entry]]

    private struct Entry: Sendable {
        var slot: Int32
        var selector: CohortSelector?
    }

    /// - Parameter comparisons: stable's and the canary's cohort; nil for a side that is not looked for.
    package init(_ comparisons: [(stable: Cohort?, canary: Cohort?)]) {
        var byService: [String: [Entry]] = [:]
        for (index, comparison) in comparisons.prefix(1 << 20).enumerated() {
            for (side, cohort) in [comparison.stable, comparison.canary].enumerated() {
                guard let cohort else { continue }
                let entry = Entry(slot: Int32(2 * index + side), selector: cohort.selector)
                byService[cohort.service, default: []].append(entry)
            }
        }
        self.byService = byService
        slots = 2 * min(comparisons.count, 1 << 20)
    }

    /// Adds the slots of a series. What both sides of a comparison would take is stable's.
    func find(_ labels: IstioLabels, into slots: inout [Int32]) {
        guard let entries = byService[IstioLabels.string(labels.service)] else { return }
        for entry in entries {
            if let selector = entry.selector, !selector.selects(labels) { continue }
            if entry.slot & 1 == 1, slots.last == entry.slot - 1 { continue }
            slots.append(entry.slot)
        }
    }
}
