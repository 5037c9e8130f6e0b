/// What the operating system says of this process.
package struct ProcessFacts: Sendable, Hashable {
    package var startSeconds: Double?
    package var cpuSeconds: Double?
    package var residentBytes: Double?
    package var virtualBytes: Double?
    package var openFiles: Int?
    package var mostFiles: Int?

    package init() {}

    /// What is known, as samples.
    package var samples: [MetricSample] {
        let values: [(MetricFamily, Double?)] = [
            (MetricCatalogue.processStart, startSeconds),
            (MetricCatalogue.processCPU, cpuSeconds),
            (MetricCatalogue.processResident, residentBytes),
            (MetricCatalogue.processVirtual, virtualBytes),
            (MetricCatalogue.processOpenFiles, openFiles.map(Double.init)),
            (MetricCatalogue.processMostFiles, mostFiles.map(Double.init)),
        ]
        return values.compactMap { family, value in value.map { MetricSample(family, [], $0) } }
    }
}

/// What a status page counts of itself.
package struct PageFacts: Sendable, Hashable {
    /// Requests by HTTP status.
    package var requests: [Int: Int] = [:]
    package var streams = 0

    package init() {}

    package var samples: [MetricSample] {
        requests.sorted { $0.key < $1.key }.map { code, count in
            MetricSample(MetricCatalogue.pageRequests, [.init("code", "\(code)")], Double(count))
        } + [MetricSample(MetricCatalogue.pageStreams, [], Double(streams))]
    }
}
