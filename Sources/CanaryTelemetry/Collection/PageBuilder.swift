/// Gathers the samples of one page into series.
struct PageBuilder: ExpositionSink, Sendable {
    /// The most series of both versions in one page.
    static let mostSeries = 20_000

    private let configuration: CollectorConfiguration
    private var series: [Draft] = []

    /// By label set: an index into `series`, or one of the marks.
    private var indexOfSet: [Int32] = []
    private var services: Set<String> = []
    private var agentStart: Double?
    private var processStart: Double?
    private var uptime: Double?
    private var hasWitness = false

    private static let unseen: Int32 = -1
    private static let foreign: Int32 = -2

    private struct Draft: Sendable {
        let set: Int
        let meaning: SeriesMeaning
        let hasLatency: Bool
        var requests: Int?
        var total: Int?
        var buckets: [(bound: Double, count: Int)] = []
    }

    init(configuration: CollectorConfiguration) {
        self.configuration = configuration
    }

    private enum Family {
        case requests
        case bucket
        case total
    }

    mutating func receive(
        _ sample: ExpositionSample,
        _ labelSets: borrowing LabelSetTable
    ) throws(ExpositionError) {
        guard let name = sample.name.baseAddress else { return }
        let count = sample.name.count
        if ByteScan.equals(name, count, "istio_request_duration_milliseconds_bucket") {
            try add(sample, .bucket, labelSets)
        } else if ByteScan.equals(name, count, "istio_requests_total") {
            try add(sample, .requests, labelSets)
        } else if ByteScan.equals(name, count, "istio_request_duration_milliseconds_count") {
            try add(sample, .total, labelSets)
        } else if ByteScan.equals(name, count, "istio_agent_process_start_time_seconds") {
            agentStart = sample.value.isFinite ? sample.value : nil
        } else if ByteScan.equals(name, count, "process_start_time_seconds") {
            processStart = sample.value.isFinite ? sample.value : nil
        } else if ByteScan.equals(name, count, "envoy_server_uptime") {
            uptime = sample.value.isFinite ? sample.value : nil
        } else if ByteScan.equals(name, count, "istio_build") {
            let isProxy = labelSets.bytes(of: sample.labelSet).withUnsafeBufferPointer { IstioLabels.isProxyBuild($0) }
            hasWitness = hasWitness || isProxy
        }
    }

    mutating func finish(_ labelSets: LabelSetTable, hasSeenEnvoy: Bool) -> PageReading {
        var reading = PageReading()
        reading.process = ProcessIdentity(startSeconds: agentStart ?? processStart, uptimeSeconds: uptime)
        reading.hasWitness = hasWitness || hasSeenEnvoy
        reading.services = services
        reading.series.reserveCapacity(series.count)
        var bounds: [Double] = []
        for draft in series {
            var durations: CumulativeHistogram?
            if !draft.buckets.isEmpty || (draft.total ?? 0) > 0 {
                guard var histogram = CumulativeHistogram(buckets: draft.buckets, total: draft.total) else {
                    let text = String(decoding: labelSets.bytes(of: draft.set).prefix(300), as: UTF8.self)
                    reading.fault = PageReading.Fault(
                        label: "bad-histogram",
                        message: "the duration buckets fall or do not add up to their count: {\(text)"
                    )
                    return reading
                }
                histogram.shareBounds(with: bounds)
                bounds = histogram.bounds
                durations = histogram
            }
            reading.series.append(
                SeriesReading(
                    labels: Array(labelSets.bytes(of: draft.set)),
                    meaning: draft.meaning,
                    requests: draft.requests,
                    durations: durations
                )
            )
        }
        return reading
    }

    @inline(__always)
    private mutating func add(
        _ sample: ExpositionSample,
        _ family: Family,
        _ labelSets: borrowing LabelSetTable
    ) throws(ExpositionError) {
        hasWitness = true
        let set = sample.labelSet
        while indexOfSet.count <= set { indexOfSet.append(Self.unseen) }
        var index = indexOfSet[set]
        if index == Self.unseen {
            index = try classify(sample, labelSets)
            indexOfSet[set] = index
        }
        guard index >= 0 else { return }
        try store(sample, family, Int(index))
    }

    private mutating func store(_ sample: ExpositionSample, _ family: Family, _ index: Int) throws(ExpositionError) {
        if family != .requests, !series[index].hasLatency { return }
        guard sample.value >= 0, sample.value <= 9_007_199_254_740_992 else {
            throw Self.malformed(sample, "a counter must be from 0 to 2^53")
        }
        let count = Int(sample.value)
        switch family {
        case .requests:
            guard series[index].requests == nil else { throw Self.malformed(sample, "the same series twice") }
            series[index].requests = count
        case .total:
            guard series[index].total == nil else { throw Self.malformed(sample, "the same series twice") }
            series[index].total = count
        case .bucket:
            guard let bound = sample.upperBound, !bound.isNaN else {
                throw Self.malformed(sample, "a bucket without 'le'")
            }
            guard series[index].buckets.count <= 512 else { throw Self.malformed(sample, "more than 512 buckets") }
            series[index].buckets.append((bound, count))
        }
    }

    private mutating func classify(
        _ sample: ExpositionSample,
        _ labelSets: borrowing LabelSetTable
    ) throws(ExpositionError) -> Int32 {
        let classification = labelSets.bytes(of: sample.labelSet).withUnsafeBufferPointer { bytes in
            configuration.meaning(of: bytes)
        }
        switch classification {
        case .foreign:
            return Self.foreign
        case .unreadable:
            throw Self.malformed(sample, "a series of requests without a usable response_code: failures cannot be told")
        case .wanted(let meaning, let service):
            guard series.count < Self.mostSeries else {
                throw ExpositionError(
                    code: .tooLarge,
                    line: sample.line,
                    column: 1,
                    message: "more than \(Self.mostSeries) series"
                )
            }
            if !service.isEmpty, services.count < 64 { services.insert(service) }
            var hasLatency = false
            if case .answered(_, let response, _) = meaning { hasLatency = response.hasLatency }
            series.append(Draft(set: sample.labelSet, meaning: meaning, hasLatency: hasLatency))
            return Int32(truncatingIfNeeded: series.count - 1)
        }
    }

    private static func malformed(_ sample: ExpositionSample, _ message: String) -> ExpositionError {
        ExpositionError(code: .malformed, line: sample.line, column: 1, message: message)
    }
}
