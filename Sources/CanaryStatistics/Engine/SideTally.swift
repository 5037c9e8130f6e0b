/// One version's counts in one window, by pod and metric, in flat arrays that are reused from window to window.
///
/// Metrics are the errors, then one for each latency edge. *n* belongs to the metric: requests for errors, responses
/// of known latency for edges (§8).
package struct SideTally: Sendable, Hashable, Codable {
    private(set) var podCount = 0
    /// Events, pod after pod, metrics innermost.
    private(set) var events: [Double] = []
    /// Requests, then responses of known latency, pod after pod.
    private(set) var exposures: [Double] = []
    /// Pods inside their warm-up.
    private(set) var isWarming: [Bool] = []
    /// Events of all pods by metric.
    private(set) var allEvents: [Double]
    /// Events of the pods that are past their warm-up, by metric.
    private(set) var establishedEvents: [Double]
    private(set) var requests = 0.0
    private(set) var responses = 0.0
    private(set) var establishedRequests = 0.0
    private(set) var establishedResponses = 0.0

    private let metricCount: Int
    /// Bound index of the lowest edge.
    private let lowestEdge: Int
    private let bucketCount: Int

    /// - Parameters:
    ///   - lowestEdge: index of the lowest edge among the bounds.
    ///   - edgeCount: number of consecutive edges from there.
    ///   - bucketCount: entries of a latency histogram: bounds and one more.
    package init(lowestEdge: Int, edgeCount: Int, bucketCount: Int) {
        metricCount = edgeCount + 1
        self.lowestEdge = lowestEdge
        self.bucketCount = bucketCount
        allEvents = [Double](repeating: 0, count: edgeCount + 1)
        establishedEvents = allEvents
    }

    /// Whether a decoded tally can be gone on with.
    func isSound(model: EngineModel) -> Bool {
        metricCount == model.metricCount && lowestEdge == model.lowestEdge && bucketCount >= 1
            && allEvents.count == metricCount && establishedEvents.count == metricCount
            && isWarming.count == podCount && exposures.count == 2 * isWarming.count
            && events.count == metricCount * isWarming.count
    }

    /// True if every pod that was listed is inside its warm-up, and there is one.
    var isAllWarming: Bool { !isWarming.isEmpty && !isWarming.contains(false) }

    /// All pods' count of a metric.
    package func total(_ metric: Int) -> EventCount {
        EventCount(x: allEvents[metric], n: metric == 0 ? requests : responses)
    }

    /// The count of a metric over the pods that are past their warm-up.
    package func established(_ metric: Int) -> EventCount {
        EventCount(x: establishedEvents[metric], n: metric == 0 ? establishedRequests : establishedResponses)
    }

    /// One pod's count of a metric.
    package func count(pod: Int, metric: Int) -> EventCount {
        EventCount(x: events[pod * metricCount + metric], n: exposures[pod * 2 + (metric == 0 ? 0 : 1)])
    }

    /// Replaces everything by the counts of these pods.
    package mutating func count(_ pods: [PodCounts]) {
        podCount = pods.count
        events.removeAll(keepingCapacity: true)
        exposures.removeAll(keepingCapacity: true)
        isWarming.removeAll(keepingCapacity: true)
        for metric in 0..<metricCount {
            allEvents[metric] = 0
            establishedEvents[metric] = 0
        }
        (requests, responses, establishedRequests, establishedResponses) = (0, 0, 0, 0)
        for pod in pods {
            add(pod)
        }
    }

    private mutating func add(_ pod: PodCounts) {
        let served = pod.requests.asCount
        let failed = min(pod.failures.asCount, served)
        let start = events.count
        events.append(failed)
        for _ in 1..<max(metricCount, 1) {
            events.append(0)
        }
        var known = 0.0
        if metricCount > 1, pod.latency.count == bucketCount {
            known = countTails(pod.latency, into: start)
        }
        exposures.append(served)
        exposures.append(known)
        isWarming.append(pod.isWarming)
        requests += served
        responses += known
        for metric in 0..<metricCount {
            allEvents[metric] += events[start + metric]
        }
        if !pod.isWarming {
            establishedRequests += served
            establishedResponses += known
            for metric in 0..<metricCount {
                establishedEvents[metric] += events[start + metric]
            }
        }
    }

    /// Counts responses above each edge from the last bucket downwards; returns the number of responses.
    private mutating func countTails(_ latency: [Double], into start: Int) -> Double {
        var above = 0.0
        var bucket = bucketCount - 1
        while bucket > 0 {
            above += latency[bucket].asCount
            let metric = bucket - lowestEdge
            if metric >= 1, metric < metricCount {
                events[start + metric] = above
            }
            bucket -= 1
        }
        return above + latency[0].asCount
    }
}

extension Double {
    /// This number if it can be a count, else zero; larger ones than a counter can resolve are cut off.
    var asCount: Double {
        self > 0 ? (self < 0x1p53 ? self : 0x1p53) : 0
    }
}
