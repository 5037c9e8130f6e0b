import CanaryCore
import CanaryReport
import CanaryTelemetry

/// A made-up run with each of its four stable pods in two halves: eight and two.
enum TenPods {
    static func story(_ run: StoryRun) -> RunStory {
        StoryRun.story(
            run.header,
            run.entries.map { entry in
                guard case .window(var window) = entry else { return entry }
                window.stable = window.stable.flatMap(halves)
                return .window(window)
            }
        )
    }

    private static func halves(_ pod: PodWindow) -> [PodWindow] {
        let first = PodWindow(
            pod: pod.pod + "a",
            requests: pod.requests.map { ResponseCount(key: $0.key, count: $0.count / 2) },
            latency: pod.latency.map { $0 / 2 }
        )
        let second = PodWindow(
            pod: pod.pod + "b",
            requests: pod.requests.map { ResponseCount(key: $0.key, count: $0.count - $0.count / 2) },
            latency: pod.latency.map { $0 - $0 / 2 }
        )
        return [first, second]
    }
}
