import CanaryCore
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Synchronization

/// Targets that a test changes between rounds, or within one.
final class ChangingTargets: TargetProvider {
    private let state: Mutex<(list: TargetList, next: [TargetList])>

    init(_ targets: [ScrapeTarget] = []) {
        state = Mutex((TargetList(targets), []))
    }

    /// What is answered from now on.
    func set(_ targets: [ScrapeTarget], faults: [PodFault] = []) {
        state.withLock { $0 = (TargetList(targets, faults: faults), []) }
    }

    /// What is answered next, one list a question; the last one stays.
    func set(sequence lists: [[ScrapeTarget]]) {
        state.withLock { $0.next = lists.map { TargetList($0) } }
    }

    func targets() async -> TargetList {
        state.withLock { state in
            if !state.next.isEmpty { state.list = state.next.removeFirst() }
            return state.list
        }
    }
}

/// Pods behind one server on loopback, each with a path of its own; each scrape finds ten more requests.
final class PodPages: Sendable {
    private let counts: Shared
    private let server: HostileServer

    private final class Shared: Sendable {
        let scrapes = Mutex<[String: Int]>([:])
    }

    init() throws {
        let counts = Shared()
        self.counts = counts
        server = try HostileServer { request in
            let pod = String(request.target.dropFirst())
            let count = counts.scrapes.withLock { scrapes in
                scrapes[pod, default: 0] += 10
                return scrapes[pod] ?? 0
            }
            return [.send(HostileServer.answer(body: Self.page(pod, count)))]
        }
    }

    /// How often a pod was asked.
    func scrapes(of pod: String) -> Int { counts.scrapes.withLock { ($0[pod] ?? 0) / 10 } }

    /// A pod whose first letter is that of its version: `s` or `c`.
    func target(
        _ pod: String,
        uid: String = "1",
        mustAnswer: Bool = true,
        isReachable: Bool = true
    ) -> ScrapeTarget {
        ScrapeTarget(
            name: pod,
            request: HTTPRequest(
                url: isReachable ? server.url("/\(pod)") : "http://127.0.0.1:1/\(pod)",
                deadline: .seconds(5)
            ),
            incarnation: uid,
            side: pod.hasPrefix("s") ? .stable : .canary,
            mustAnswer: mustAnswer
        )
    }

    private static func page(_ pod: String, _ requests: Int) -> String {
        """
        istio_build{component="proxy",tag="1.29.1"} 1
        istio_requests_total{reporter="destination",destination_workload="demo4-\(pod.hasPrefix("s") ? "v1" : "v2")",\
        destination_workload_namespace="test1",response_code="200",request_protocol="http",response_flags="-"} \(requests)

        """
    }
}
