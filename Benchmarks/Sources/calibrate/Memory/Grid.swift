import SyntheticTraffic

/// One row of the table: a story at one level of traffic.
struct GridRow: Sendable, Hashable {
    let story: Story
    let profile: TrafficProfile

    /// The seed of the run with this number; it belongs to the row's values, not to its place in the grid.
    func seed(run: Int) -> UInt64 {
        let pods = "\(profile.stablePods)/\(profile.canaryPods)"
        let label = "\(story.name) \(Int(profile.requestsPerSecond)) \(pods) \(profile.intervalSeconds) \(run)"
        // FNV-1a.
        return label.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

/// Which stories are told at which levels of traffic.
enum Grid {
    private static let rates = [20.0, 100, 300]
    private static let pods = [(3, 1), (8, 2), (20, 1)]
    private static let intervals = [5, 15, 60]

    /// All levels at 5 s and the longer intervals with 8 + 2 pods, or every combination.
    static func rows(isFull: Bool) -> [GridRow] {
        var profiles: [TrafficProfile] = []
        for interval in intervals {
            for (stable, canary) in pods where isFull || interval == 5 || stable == 8 {
                for rate in rates where isFull || interval == 5 || rate == 100 {
                    profiles.append(
                        TrafficProfile(
                            requestsPerSecond: rate,
                            stablePods: stable,
                            canaryPods: canary,
                            intervalSeconds: interval
                        )
                    )
                }
            }
        }
        return Story.all.flatMap { story in profiles.map { GridRow(story: story, profile: $0) } }
    }
}
