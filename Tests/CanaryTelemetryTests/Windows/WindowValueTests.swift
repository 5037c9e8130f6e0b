import CanaryTelemetry
import Testing

@Suite struct WindowValueTests {
    @Test(
        "a response is a failure, an abort or neither",
        arguments: [
            ("200", false, false), ("404", false, false), ("500", true, false), ("599", true, false),
            ("0", false, true),
            ("499", false, true), ("grpc-0", false, false), ("grpc-2", true, false), ("grpc-4", true, false),
            ("grpc-5", false, false), ("grpc-14", true, false), ("grpc-16", false, false),
            ("grpc-unknown", true, false),
        ]
    )
    func responses(text: String, isFailure: Bool, isAbort: Bool) {
        #expect(ResponseKey(text).isFailure == isFailure)
        #expect(ResponseKey(text).isAbort == isAbort)
    }

    @Test("a pod's totals are sums over its responses")
    func totals() {
        let pod = PodWindow(
            pod: "a",
            requests: [
                ResponseCount(key: ResponseKey("0"), count: 2), ResponseCount(key: ResponseKey("200"), count: 90),
                ResponseCount(key: ResponseKey("503"), count: 8),
            ],
            latency: []
        )
        let window = Window(seconds: 5, stable: [pod, pod], canary: [pod])

        #expect(pod.total == 100)
        #expect(pod.failures == 8)
        #expect(pod.aborts == 2)
        #expect(window.stableTotal == 200)
        #expect(window.canaryTotal == 100)
    }

    @Test(
        "bounds are finite, positive and ascending",
        arguments: [[0, 1], [-1], [1, 1], [2, 1], [1, .infinity], [.nan]]
    )
    func badBounds(milliseconds: [Double]) {
        #expect(LatencyBounds(milliseconds: milliseconds) == nil)
    }

    @Test("Istio's bounds have twenty buckets")
    func istioBounds() {
        #expect(LatencyBounds.istio.bucketCount == 20)
        #expect(LatencyBounds(milliseconds: LatencyBounds.istio.milliseconds) == .istio)
        #expect(LatencyBounds(milliseconds: [])?.bucketCount == 1)
    }
}
