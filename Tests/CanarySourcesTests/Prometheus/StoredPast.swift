import CanaryCore
import CanaryQueries
import CanarySimulator
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport

/// What the tests of stored telemetry share: the demo's spec, and what scraping would have made of the same pages.
enum StoredPast {
    static func spec(
        _ url: String,
        interval: Duration = .seconds(15),
        timeout: Duration = .seconds(30),
        delay: Duration = .zero,
        podLabel: String = "pod"
    ) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(host: "demo4", subset: "v1", workload: "demo4-deployment-v1"),
                canary: DestinationSpec(host: "demo4", subset: "v2", workload: "demo4-deployment-v2")
            ),
            telemetry: TelemetrySpec(
                prometheus: PrometheusSpec(url: url, podLabel: podLabel, delay: delay, timeout: timeout)
            ),
            pace: Pace(interval: interval)
        )
    }

    /// A release with few requests, so that a test is quick.
    static func release(_ scenario: Scenario = .errors, seed: UInt64 = 11) -> StoredRelease {
        StoredRelease(
            scenario,
            seed: seed,
            history: .seconds(300),
            stages: [StoredRelease.Stage(0.1, for: .seconds(300)), StoredRelease.Stage(0.5, for: .seconds(300))],
            requestsPerSecond: 60,
            stablePods: 4,
            canaryPods: 2
        )
    }

    /// The windows that scraping the pages of a release would have given, the baseline left out.
    ///
    /// One thing differs on purpose: a scraped page without a request proves that there was none, so the next page counts
    /// from zero; a server that has no series of a pod proves nothing, so its first samples are the baseline. Pages
    /// without requests are left out here for that reason.
    static func scraped(_ release: StoredRelease) -> [TimedWindow] {
        var collector = TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: .destination,
                stable: CohortSelector(workload: "demo4-deployment-v1", namespace: "test1"),
                canary: CohortSelector(workload: "demo4-deployment-v2", namespace: "test1")
            )
        )
        let counted = "istio_requests_total{reporter=\"destination\""
        var windows: [TimedWindow] = []
        release.forEachRound { round in
            let pages = round.pages.filter { String(decoding: $0.page, as: UTF8.self).contains(counted) }
            collector.expect(pages.map { TelemetryTarget(name: $0.pod) })
            for (pod, page) in pages { collector.ingest(page: page, from: pod) }
            let window = collector.endRound(seconds: release.step.inSeconds)
            windows.append(TimedWindow(at: Timestamp(milliseconds: round.milliseconds), window: window))
        }
        return Array(windows.dropFirst())
    }

    /// Requests by answer and latency of a version over all windows, and per pod.
    struct Counts: Hashable {
        var requests: [String: Int] = [:]
        var latency: [Int] = []
        var pods: [String: Int] = [:]

        init(_ windows: [TimedWindow], _ side: KeyPath<Window, [PodWindow]>) {
            for window in windows {
                for pod in window.window[keyPath: side] {
                    for response in pod.requests { requests[response.key.text, default: 0] += response.count }
                    for (index, count) in pod.latency.enumerated() {
                        while latency.count <= index { latency.append(0) }
                        latency[index] += count
                    }
                    pods[pod.pod, default: 0] += pod.total
                }
            }
        }
    }
}
