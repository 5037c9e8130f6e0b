/// Which series are those of which pod.
struct FleetPods {
    let scrapeRows: [Int32]
    private let counters: Groups
    private let histograms: Groups

    init(_ table: FleetTable) {
        scrapeRows = table.scrapeRowsByPod
        counters = Groups(table.counters.map(\.pod), groups: table.podCount)
        histograms = Groups(table.histograms.map(\.pod), groups: table.podCount)
    }

    func counters(of pod: Int) -> ArraySlice<Int32> { counters.members(of: pod) }
    func histograms(of pod: Int) -> ArraySlice<Int32> { histograms.members(of: pod) }

    /// Indices by group, found by counting.
    private struct Groups {
        private var starts: [Int]
        private var members: [Int32]

        init(_ groupOf: [Int32], groups: Int) {
            starts = Array(repeating: 0, count: groups + 1)
            for group in groupOf { starts[Int(group) + 1] += 1 }
            for group in 0..<groups { starts[group + 1] += starts[group] }
            var next = starts
            members = Array(repeating: 0, count: groupOf.count)
            for (index, group) in groupOf.enumerated() {
                members[next[Int(group)]] = Int32(truncatingIfNeeded: index)
                next[Int(group)] += 1
            }
        }

        func members(of group: Int) -> ArraySlice<Int32> { members[starts[group]..<starts[group + 1]] }
    }
}
