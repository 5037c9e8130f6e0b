import CanaryTelemetry

/// A small store of counters for tests: pods with a counter that grows by ten a moment, unless told otherwise.
struct StoredPages {
    static let configuration = CollectorConfiguration(
        reporter: .destination,
        stable: CohortSelector(workload: "reviews-v1"),
        canary: CohortSelector(workload: "reviews-v2")
    )

    /// Ten seconds apart.
    static let times = TimeGrid(first: 1_000_000, step: 10_000, count: 8)

    var grid: PodGrid

    init?(_ times: TimeGrid? = Self.times, podLabel: String = "pod") {
        guard let times else { return nil }
        grid = PodGrid(configuration: Self.configuration, podLabel: podLabel, times: times)
    }

    static func labels(_ pod: String, version: String = "v1", code: String = "200") -> String {
        """
        destination_service="reviews",destination_workload="reviews-\(version)",pod="\(pod)",reporter="destination",\
        request_protocol="http",response_code="\(code)",response_flags="-",source_workload="client"
        """
    }

    /// A series with these values at the grid's moments; nil for none.
    func series(_ labels: String, _ values: [Double?]) -> PrometheusSeries {
        var series = PrometheusSeries(labelText: Array(labels.utf8))
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            series.times.append(grid.times.time(at: index))
            series.values.append(value)
        }
        return series
    }

    mutating func requests(
        _ pod: String,
        version: String = "v1",
        code: String = "200",
        _ values: [Double?]
    ) throws(StoredDataError) {
        try grid.addRequests(series(Self.labels(pod, version: version, code: code), values))
    }

    /// When the latest samples of a pod were taken: so many seconds before each moment; nil for no sample.
    mutating func sampled(_ pod: String, secondsAgo: [Double?]) throws(StoredDataError) {
        let values = secondsAgo.enumerated().map { index, ago in
            ago.map { Double(grid.times.time(at: index)) / 1000 - $0 }
        }
        try grid.addSampleTimes(series("pod=\"\(pod)\"", values))
    }

    /// A pod that grows by ten a moment and is sampled three seconds before each.
    mutating func steady(_ pod: String, version: String = "v1") throws(StoredDataError) {
        try requests(pod, version: version, (0..<grid.times.count).map { Double(100 + $0 * 10) })
        try sampled(pod, secondsAgo: Array(repeating: 3, count: grid.times.count))
    }

    /// The windows of all moments.
    func windows() -> [Window] {
        var rounds = StoredRounds(configuration: Self.configuration)
        return rounds.windows(of: grid)
    }

    /// The requests of a pod in each window; nil where it has none.
    static func totals(_ windows: [Window], _ pod: String) -> [Int?] {
        windows.map { window in (window.stable + window.canary).first { $0.pod == pod }?.total }
    }

    static func faults(_ windows: [Window], _ pod: String) -> [String?] {
        windows.map { window in window.quality.faults.first { $0.pod == pod }?.label }
    }
}
