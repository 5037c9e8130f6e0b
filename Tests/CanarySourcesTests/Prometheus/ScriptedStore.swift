import CanaryTestKit

/// A store of two pods, `a` of v1 and `b` of v2, sampled every ten seconds; a closure may answer differently.
struct ScriptedStore {
    /// Which question it is, by the text of the built-in query.
    enum Kind: Hashable {
        case requests, latency, sampleTime, scrapes, processStart, targets, interval, other

        init(_ query: String) {
            if query.contains("count_over_time") {
                self = .interval
            } else if query.contains("prometheus_replica") {
                self = .scrapes
            } else if query.contains("timestamp(") {
                self = .sampleTime
            } else if query.contains("process_start_time") {
                self = .processStart
            } else if query.contains("up{") {
                self = .targets
            } else if query.contains("milliseconds_bucket") {
                self = .latency
            } else if query.contains("sum by"), query.contains("istio_requests_total") {
                self = .requests
            } else {
                self = .other
            }
        }
    }

    /// A server of such a store.
    ///
    /// - Parameter instead: another answer, or nil.
    static func server(
        _ instead: @escaping @Sendable (FakePrometheus.Question, Kind) -> FakePrometheus.Answer? = { _, _ in nil }
    ) throws -> FakePrometheus {
        try FakePrometheus { question in
            let kind = Kind(question.query)
            return instead(question, kind) ?? usual(question, kind)
        }
    }

    static func labels(_ pod: String) -> String {
        let version = pod == "a" ? "v1" : "v2"
        return [
            "pod=\"\(pod)\"", "reporter=\"destination\"", "source_workload=\"gateway\"",
            "destination_workload=\"demo4-deployment-\(version)\"", "destination_workload_namespace=\"test1\"",
            "destination_service=\"demo4.test1.svc.cluster.local\"", "request_protocol=\"http\"",
            "response_code=\"200\"", "response_flags=\"-\"",
        ].joined(separator: ",")
    }

    /// Every ten seconds ten more; a sample is two seconds old.
    static func usual(_ question: FakePrometheus.Question, _ kind: Kind) -> FakePrometheus.Answer {
        let pods = ["a", "b"]
        switch kind {
        case .requests:
            return .matrix(pods.map { pod in (labels(pod), question.moments.map { ($0, "\($0 / 1000)") }) })
        case .latency:
            return .matrix(
                pods.flatMap { pod in
                    ["10", "+Inf"].map { bound in
                        (labels(pod) + ",le=\"\(bound)\"", question.moments.map { ($0, "\($0 / 1000)") })
                    }
                }
            )
        case .sampleTime:
            return .matrix(
                pods.map { pod in
                    ("pod=\"\(pod)\"", question.moments.map { ($0, "\(($0 - 2000) / 10_000 * 10 + 2)") })
                }
            )
        case .processStart: return .matrix(pods.map { ("pod=\"\($0)\"", question.moments.map { ($0, "100") }) })
        case .targets: return .matrix(pods.map { ("pod=\"\($0)\"", question.moments.map { ($0, "1") }) })
        case .interval: return .vector(pods.map { ("pod=\"\($0)\"", question.milliseconds("time") ?? 0, "10.02") })
        case .scrapes: return .matrix([])
        case .other: return .vector([])
        }
    }
}
