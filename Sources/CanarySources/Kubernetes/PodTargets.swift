package import CanaryCore
import CanaryKubernetes
import CanaryTelemetry
package import CanaryTransport

/// Turns pods into targets.
package struct PodTargets: Sendable {
    private let scrape: PodScrape
    private let telemetry: TelemetrySpec
    /// The request for a pod's page through the API server.
    private let proxy: Proxy

    package typealias Proxy =
        @Sendable (_ namespace: String, _ pod: String, _ port: Int, _ path: String) async throws -> HTTPRequest

    package init(scrape: PodScrape, telemetry: TelemetrySpec, proxy: @escaping Proxy) {
        self.scrape = scrape
        self.telemetry = telemetry
        self.proxy = proxy
    }

    /// The targets of the pods that can be asked, each under its pod's name; pods of one name in several namespaces are
    /// told apart by these.
    ///
    /// A request that cannot be made, e.g. without credentials, leaves a target that says why.
    package func targets(of pods: [DiscoveredPod]) async -> [ScrapeTarget] {
        var uses: [String: Set<String>] = [:]
        for pod in pods { uses[pod.name, default: []].insert(pod.namespace) }
        var taken: Set<String> = []
        var targets: [ScrapeTarget] = []
        for pod in pods where pod.canBeScraped {
            guard let ip = pod.ip else { continue }
            let isShared = (uses[pod.name]?.count ?? 0) > 1
            let name = isShared ? "\(pod.namespace)/\(pod.name)" : pod.name
            guard taken.insert(name).inserted else { continue }
            let (request, obstacle) = await request(pod, ip)
            targets.append(
                ScrapeTarget(
                    name: name,
                    request: request,
                    obstacle: obstacle,
                    incarnation: pod.uid,
                    side: pod.side == .unknown ? nil : pod.side,
                    mustAnswer: pod.isReady && !pod.isTerminating,
                    way: scrape.via
                )
            )
        }
        return targets
    }

    private func request(_ pod: DiscoveredPod, _ ip: String) async -> (HTTPRequest, obstacle: String?) {
        let path = scrape.path.hasPrefix("/") ? scrape.path : "/" + scrape.path
        switch scrape.via {
        case .direct:
            let host = ip.contains(":") ? "[\(ip)]" : ip
            return (HTTPRequest(scraping: "http://\(host):\(scrape.port)\(path)", telemetry), nil)
        case .apiServer:
            do {
                var request = try await proxy(pod.namespace, pod.name, scrape.port, path)
                request.deadline = telemetry.timeout
                request.maximumBytes = PageAllowances.largestPage
                request.prefersExposition()
                return (request, nil)
            } catch {
                let known = (error as? KubernetesError).map { SourceError($0).inOneLine }
                return (HTTPRequest(url: ""), known ?? "\(error)")
            }
        }
    }
}
