/// Stored counters of all pods over a stretch of time, at the moments of a grid.
///
/// Give it the series of each question, in any order and in several parts, then let `StoredRounds` make windows of it.
/// Labels mean what they mean on a scraped page (`CollectorConfiguration.meaning`); labels of the spec's `match` are the
/// question's business, because an aggregated answer does not have them.
///
/// - Complexity: 8 bytes for each series and moment.
package struct PodGrid: Sendable {
    /// The most cells of all series, 800 MB.
    package static let mostCells = 100_000_000

    package let times: TimeGrid

    /// Samples that were taken in.
    package private(set) var samples = 0

    /// Counts that were not whole and have been rounded: recorded or averaged series.
    package private(set) var fractions = 0

    /// Series of requests that belong to neither version.
    package private(set) var foreignSeries = 0

    /// Whether it was told which pods the server scrapes.
    package private(set) var knowsTargets = false

    private(set) var pods: [String: PodSamples] = [:]

    private let configuration: CollectorConfiguration
    private let podLabel: String
    private var places: [[UInt8]: Place] = [:]
    private var cells = 0

    private struct Place: Sendable {
        /// Nil for a series that is not wanted.
        var pod: String?
        var column: Int
    }

    /// - Parameter podLabel: the label that tells pods apart.
    package init(configuration: CollectorConfiguration, podLabel: String, times: TimeGrid) {
        var configuration = configuration
        configuration.match = [:]
        self.configuration = configuration
        self.podLabel = podLabel
        self.times = times
    }

    /// Whether any series of either version came.
    package var hasSeries: Bool { pods.values.contains { !$0.columns.isEmpty } }

    /// The names of the pods that have such series.
    package var podNames: [String] { pods.filter { !$0.value.columns.isEmpty }.keys.sorted() }

    /// Whether it is known of any pod when it was sampled.
    package var hasSampleTimes: Bool { pods.values.contains { !$0.sampleTimes.isEmpty } }

    // MARK: Counters

    /// A series of `istio_requests_total`.
    package mutating func addRequests(_ series: PrometheusSeries) throws(StoredDataError) {
        let place: Place
        if let known = places[series.labelText] {
            place = known
        } else {
            place = try placeOfRequests(series)
            places[series.labelText] = place
        }
        try fill(place, series)
    }

    /// A series of `istio_request_duration_milliseconds_bucket`, of the responses whose durations count.
    package mutating func addBuckets(_ series: PrometheusSeries) throws(StoredDataError) {
        // Counters and buckets differ at least in `le`, so one table holds both.
        let place: Place
        if let known = places[series.labelText] {
            place = known
        } else {
            place = try placeOfBucket(series)
            places[series.labelText] = place
        }
        try fill(place, series)
    }

    private mutating func placeOfRequests(_ series: PrometheusSeries) throws(StoredDataError) -> Place {
        let classification = series.labelText.withUnsafeBufferPointer { configuration.meaning(of: $0) }
        switch classification {
        case .foreign:
            foreignSeries += 1
            return Place(pod: nil, column: 0)
        case .unreadable:
            throw StoredDataError(
                "no-response-code",
                "a series of requests without a usable response_code, so failures cannot be told: "
                    + StoredDataError.shown(series),
                hint: "the query must keep the label response_code (and grpc_response_status)"
            )
        case .wanted(let meaning, let service):
            let pod = try pod(of: series)
            if !service.isEmpty, pods[pod, default: PodSamples()].services.count < 64 {
                pods[pod, default: PodSamples()].services.insert(service)
            }
            return try Place(pod: pod, column: addColumn(series, .requests(meaning), to: pod))
        }
    }

    private mutating func placeOfBucket(_ series: PrometheusSeries) throws(StoredDataError) -> Place {
        guard let meaning = series.labelText.withUnsafeBufferPointer({ configuration.meaning(ofDurations: $0) }) else {
            return Place(pod: nil, column: 0)
        }
        let pod = try pod(of: series)
        guard let text = series.label("le"), let bound = PrometheusSeries.bound(text), !bound.isNaN else {
            throw StoredDataError(
                "no-bucket-bound",
                "a series of buckets without a usable le: " + StoredDataError.shown(series),
                hint: "the query must keep the label le"
            )
        }
        let column = try addColumn(series, .bucket, to: pod)
        // A byte in front that no label text has: a counter may have the same labels.
        let labels = [1] + series.labelTextWithoutBound
        var samples = pods[pod] ?? PodSamples()
        let index: Int
        if let known = samples.histograms.firstIndex(where: { $0.labels == labels }) {
            index = known
        } else {
            index = samples.histograms.count
            samples.histograms.append(PodSamples.Histogram(labels: labels, meaning: meaning))
        }
        let position = samples.histograms[index].buckets.firstIndex { $0.bound > bound }
        let end = samples.histograms[index].buckets.count
        samples.histograms[index].buckets.insert((bound, column), at: position ?? end)
        pods[pod] = samples
        return Place(pod: pod, column: column)
    }

    private mutating func addColumn(
        _ series: PrometheusSeries,
        _ kind: PodSamples.Column.Kind,
        to pod: String
    ) throws(StoredDataError) -> Int {
        cells += times.count
        guard cells <= Self.mostCells else {
            throw StoredDataError("too-large", "more than \(Self.mostCells) samples at once")
        }
        let values = [Double](repeating: .nan, count: times.count)
        let column = PodSamples.Column(labels: series.labelText, kind: kind, values: values)
        pods[pod, default: PodSamples()].columns.append(column)
        return (pods[pod]?.columns.count ?? 1) - 1
    }

    private mutating func fill(_ place: Place, _ series: PrometheusSeries) throws(StoredDataError) {
        samples += series.values.count
        guard let pod = place.pod, var entry = pods[pod] else { return }
        // Out of the dictionary while it is written, so that nothing is copied.
        pods[pod] = nil
        defer { pods[pod] = entry }
        try forEachCell(of: series) { (index, value) throws(StoredDataError) in
            guard entry.columns[place.column].values[index].isNaN else {
                throw StoredDataError(
                    "duplicate-series",
                    "the same series twice for one moment: " + StoredDataError.shown(series)
                )
            }
            guard value >= 0, value <= 9_007_199_254_740_992 else {
                entry.columns[place.column].values[index] = PodSamples.notACount
                return
            }
            let whole = value.rounded()
            if whole != value { fractions += 1 }
            entry.columns[place.column].values[index] = whole
        }
    }

    // MARK: About pods

    /// When the latest sample of a pod was taken, in seconds since 1970: `max by (pod) (timestamp(…))`.
    package mutating func addSampleTimes(_ series: PrometheusSeries) throws(StoredDataError) {
        samples += series.values.count
        let pod = try pod(of: series)
        var moments = pods[pod]?.sampleTimes ?? []
        if moments.isEmpty { moments = Array(repeating: .min, count: times.count) }
        try forEachCell(of: series) { (index, value) throws(StoredDataError) in
            guard value.magnitude < 9_000_000_000_000 else { return }
            moments[index] = max(moments[index], Int64((value * 1000).rounded()))
        }
        pods[pod, default: PodSamples()].sampleTimes = moments
    }

    /// When a pod's process began, in seconds since 1970.
    package mutating func addProcessStarts(_ series: PrometheusSeries) throws(StoredDataError) {
        samples += series.values.count
        let pod = try pod(of: series)
        guard pods[pod] != nil else { return }
        var starts = pods[pod]?.starts ?? []
        if starts.isEmpty { starts = Array(repeating: .nan, count: times.count) }
        try forEachCell(of: series) { (index, value) throws(StoredDataError) in
            starts[index] = starts[index].isNaN ? value : max(starts[index], value)
        }
        pods[pod]?.starts = starts
    }

    /// That a pod was a target of the server, whatever came of that: any series of `up`.
    package mutating func addTargets(_ series: PrometheusSeries) throws(StoredDataError) {
        samples += series.values.count
        knowsTargets = true
        let pod = try pod(of: series)
        guard pods[pod] != nil else { return }
        var isTarget = pods[pod]?.isTarget ?? []
        if isTarget.isEmpty { isTarget = Array(repeating: false, count: times.count) }
        try forEachCell(of: series) { (index, _) throws(StoredDataError) in isTarget[index] = true }
        pods[pod]?.isTarget = isTarget
    }

    // MARK: Reading series

    private func pod(of series: PrometheusSeries) throws(StoredDataError) -> String {
        if let pod = series.label(podLabel), !pod.isEmpty { return pod }
        let found = series.labels.map(\.name).joined(separator: ", ")
        throw StoredDataError(
            "no-pod-label",
            "a series without the label '\(podLabel)' that tells pods apart; its labels are: "
                + (found.isEmpty ? "none" : String(found.prefix(300))),
            hint: podLabel == "instance"
                ? "set telemetry.prometheus.podLabel to a label that every series has"
                : "set telemetry.prometheus.podLabel: instance, or to the label that names the pod on your server"
        )
    }

    private func forEachCell(
        of series: PrometheusSeries,
        _ body: (Int, Double) throws(StoredDataError) -> Void
    ) throws(StoredDataError) {
        var before = Int64.min
        for (time, value) in zip(series.times, series.values) {
            guard time > before else {
                throw StoredDataError("out-of-order", "samples out of order: " + StoredDataError.shown(series))
            }
            before = time
            guard let index = times.index(of: time) else {
                throw StoredDataError(
                    "outside",
                    "a sample at a moment that was not asked for (\(time) ms since 1970, asked was from "
                        + "\(times.first) to \(times.last) every \(times.step)): " + StoredDataError.shown(series)
                )
            }
            try body(index, value)
        }
    }
}

extension CollectorConfiguration {
    /// What a series of duration buckets means; nil if it does not count here.
    ///
    /// Its query may have summed over responses, in which case it was asked only for those whose durations count.
    fileprivate func meaning(ofDurations bytes: UnsafeBufferPointer<UInt8>) -> SeriesMeaning? {
        let labels = IstioLabels(bytes)
        if labels.responseCode != nil {
            guard case .wanted(let known, _) = meaning(of: bytes), case .answered(_, let response, _) = known,
                response.hasLatency
            else { return nil }
            return known
        }
        if labels.reporter != nil, !IstioLabels.equals(labels.reporter, reporter.rawValue) { return nil }
        let side: WindowQuality.Side
        if stable.selects(labels) {
            side = .stable
        } else if canary.selects(labels) {
            side = .canary
        } else {
            return nil
        }
        let success = ResponseClass(protocol: "http", code: "200", grpcStatus: "", flags: ResponseFlags("-"))
        return success.map { .answered(side, $0, caller: "") }
    }
}
