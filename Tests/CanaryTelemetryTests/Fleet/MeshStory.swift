import CanaryTelemetry

/// What two versions of a service counted, moment after moment, as pages and as the series of a server.
struct MeshStory {
    static let service = "reviews.test.svc.cluster.local"
    static let step: Int64 = 60_000
    static let begin: Int64 = 1_756_684_800_000
    static let bounds = ["0.5", "5", "50", "500", "+Inf"]

    /// One pod at one moment; nil where it was not scraped.
    struct Reading {
        /// By code, in the order of `codes`; nil for a series that is not there yet.
        var requests: [Int?]
        /// Cumulative; nil for a histogram that is not there yet.
        var buckets: [Int]?
    }

    static let codes = [("200", "-"), ("404", "-"), ("503", "UC"), ("0", "DC"), ("429", "RL")]

    var pods: [(name: String, workload: String, readings: [Reading?])] = []
    let moments: Int

    /// Pods that come and go, restart, and are not always scraped.
    init(seed: UInt64, moments: Int, pods count: Int = 6) {
        var random = Dice(seed)
        self.moments = moments
        for index in 0..<count {
            let workload = index % 3 == 2 ? "v2" : "v1"
            var counts: [Int?] = Self.codes.map { _ in random.below(2) == 0 ? random.below(500) : nil }
            var buckets: [Int]? = random.below(3) > 0 ? Array(repeating: 0, count: Self.bounds.count) : nil
            var readings: [Reading?] = []
            var silence = 0
            for _ in 0..<moments {
                if random.below(17) == 0 {
                    // Another process: everything begins at zero.
                    counts = counts.map { $0 == nil ? nil : 0 }
                    buckets = buckets.map { $0.map { _ in 0 } }
                }
                for code in counts.indices where counts[code] != nil || random.below(9) == 0 {
                    counts[code] = (counts[code] ?? 0) + random.below(code == 0 ? 60 : 6)
                }
                if buckets != nil || random.below(5) == 0 {
                    var below = 0
                    buckets = (buckets ?? Array(repeating: 0, count: Self.bounds.count)).map { count in
                        below += random.below(8)
                        return count + below
                    }
                }
                if random.below(12) == 0 { silence = 1 + random.below(8) }
                silence -= 1
                readings.append(silence > 0 ? nil : Reading(requests: counts, buckets: buckets))
            }
            pods.append(("pod-\(index)", workload, readings))
        }
    }

    static func time(_ moment: Int) -> Int64 { begin + Int64(moment) * step }

    // MARK: As scraping sees it

    /// The windows of a collector that scrapes at every moment after the first.
    func collected() -> [Window] {
        let configuration = CollectorConfiguration(
            reporter: .destination,
            stable: CohortSelector(workload: "v1"),
            canary: CohortSelector(workload: "v2")
        )
        var collector = TelemetryCollector(configuration: configuration)
        return (0..<moments).map { moment in
            for pod in pods {
                if let reading = pod.readings[moment] {
                    collector.ingest(page: page(pod.name, pod.workload, reading), from: pod.name)
                } else {
                    collector.fail(target: pod.name, label: "timeout", message: "not scraped")
                }
            }
            return collector.endRound(seconds: 60)
        }
    }

    private func page(_ pod: String, _ workload: String, _ reading: Reading) -> [UInt8] {
        var text = "istio_build{component=\"proxy\",tag=\"1.27\"} 1\n"
        for (code, value) in zip(Self.codes, reading.requests) {
            guard let value else { continue }
            text += "istio_requests_total{\(labels(workload, code.0, code.1))} \(value)\n"
        }
        for (bound, value) in zip(Self.bounds, reading.buckets ?? []) {
            let labels = labels(workload, "200", "-")
            text += "istio_request_duration_milliseconds_bucket{\(labels),le=\"\(bound)\"} \(value)\n"
        }
        return Array(text.utf8)
    }

    private func labels(_ workload: String, _ code: String, _ flags: String) -> String {
        "destination_service=\"\(Self.service)\",destination_workload=\"\(workload)\","
            + "destination_workload_namespace=\"test\",reporter=\"destination\",request_protocol=\"http\","
            + "response_code=\"\(code)\",response_flags=\"\(flags)\""
    }

    // MARK: As a server tells it

    /// What a server holds of a moment at which a pod was not scraped.
    enum Gap: CaseIterable {
        /// Nothing: the series are marked as stale.
        case nothing
        /// The value before, with its time.
        case before
    }

    func requests(_ gap: Gap) -> [PrometheusSeries] {
        pods.flatMap { pod in
            Self.codes.indices.map { code in
                let labels = labels(pod.workload, Self.codes[code].0, Self.codes[code].1)
                return series("\(labels),pod=\"\(pod.name)\"", pod.readings, gap) { _, reading in
                    reading.requests[code].map(Double.init)
                }
            }
        }
    }

    func buckets(_ gap: Gap) -> [PrometheusSeries] {
        pods.flatMap { pod in
            Self.bounds.indices.map { bound in
                let labels = "le=\"\(Self.bounds[bound])\",\(labels(pod.workload, "200", "-"))"
                return series("\(labels),pod=\"\(pod.name)\"", pod.readings, gap) { _, reading in
                    reading.buckets.map { Double($0[bound]) }
                }
            }
        }
    }

    func sampleTimes(_ gap: Gap) -> [PrometheusSeries] {
        pods.map { pod in
            series("pod=\"\(pod.name)\"", pod.readings, gap) { moment, _ in Double(Self.time(moment)) / 1000 - 7 }
        }
    }

    private func series(
        _ labels: String,
        _ readings: [Reading?],
        _ gap: Gap,
        _ value: (Int, Reading) -> Double?
    ) -> PrometheusSeries {
        var series = PrometheusSeries(labelText: Array(labels.utf8))
        var last: Double?
        for (moment, reading) in readings.enumerated() {
            if let reading {
                last = value(moment, reading)
            } else if gap == .nothing {
                continue
            }
            guard let last else { continue }
            series.times.append(Self.time(moment))
            series.values.append(last)
        }
        return series
    }
}

/// A small generator that gives the same numbers for the same seed (SplitMix64).
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(limit))
    }
}
