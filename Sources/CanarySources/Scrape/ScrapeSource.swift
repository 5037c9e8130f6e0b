package import CanaryCore
package import CanaryTelemetry
package import CanaryTransport

/// Scrapes expositions over HTTP: one round asks all targets at once.
///
/// Each scrape has a deadline and a size limit; at most 64 are under way. The round has a limit, too: twice a scrape's.
/// Pages are parsed away from the caller's task.
package actor ScrapeSource: TelemetrySource {
    private let targets: [ScrapeTarget]
    private let client: HTTPClient
    private let request: HTTPRequest
    private var collector: TelemetryCollector
    /// Where the next round begins, so that it is not always the same targets that a slow round leaves out.
    private var first = 0

    /// A source for a run: `roles` decides which cohort is stable.
    package init(spec: CanarySpec, roles: Roles, client: HTTPClient) {
        targets = ScrapeTarget.named(spec.telemetry.targets)
        self.client = client
        let security = spec.telemetry.security
        request = HTTPRequest(
            url: "",
            headers: [
                HTTPHeader(
                    name: "Accept",
                    value: "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5"
                )
            ],
            deadline: spec.telemetry.timeout,
            security: HTTPSecurity(security),
            token: security.tokenFile.map { .file($0) }
        )
        let (stable, canary) =
            roles == .asNamed ? (spec.route.stable, spec.route.canary) : (spec.route.canary, spec.route.stable)
        collector = TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: spec.telemetry.reporter,
                stable: CohortSelector(stable),
                canary: CohortSelector(canary),
                match: spec.telemetry.match
            )
        )
    }

    package func observe(seconds: Double) async -> Window {
        let configuration = collector.configuration
        let request = self.request
        let client = self.client
        let end = ContinuousClock.now + request.deadline * 2
        let order = targets[first...] + targets[..<first]
        first = targets.isEmpty ? 0 : (first + Self.mostInFlight) % targets.count
        await withTaskGroup(of: (ScrapeTarget, Answer).self) { group in
            var waiting = order.makeIterator()
            func addNext() {
                guard let target = waiting.next() else { return }
                group.addTask {
                    (target, await Self.scrape(target, request, client, configuration, before: end))
                }
            }
            for _ in 0..<Self.mostInFlight { addNext() }
            while let (target, answer) = await group.next() {
                switch answer {
                case .page(let reading): collector.ingest(reading: reading, from: target.name)
                case .failed(let label, let message):
                    collector.fail(target: target.name, label: label, message: message)
                }
                addNext()
            }
        }
        return collector.endRound(seconds: seconds)
    }

    private enum Answer: Sendable {
        case page(PageReading)
        case failed(label: String, message: String)
    }

    @concurrent
    private static func scrape(
        _ target: ScrapeTarget,
        _ request: HTTPRequest,
        _ client: HTTPClient,
        _ configuration: CollectorConfiguration,
        before end: ContinuousClock.Instant
    ) async -> Answer {
        var request = request
        request.url = target.url
        request.deadline = min(request.deadline, ContinuousClock.now.duration(to: end))
        guard request.deadline > .zero else {
            return .failed(label: "timeout", message: "\(target.name) was not asked: others took the whole round")
        }
        do {
            let response = try await client.send(request)
            guard response.status == 200 else {
                return .failed(label: "status", message: "\(target.name) answered HTTP \(response.status)")
            }
            return .page(TelemetryCollector.read(page: response.body, configuration: configuration))
        } catch {
            let cause = error.cause.map { ": \($0)" } ?? ""
            return .failed(label: error.faultLabel, message: error.message + cause)
        }
    }

    private static let mostInFlight = 64
}

extension TransportError {
    /// The word for it in `PodFault.label`.
    fileprivate var faultLabel: String {
        switch code {
        case .refused: "refused"
        case .timedOut: "timeout"
        case .tooLarge: "too-large"
        case .truncated: "truncated"
        default: "other"
        }
    }
}

extension HTTPSecurity {
    /// The security of scrapes, as the spec has it.
    package init(_ spec: ScrapeSecurity) {
        self.init()
        verifiesPeer = !spec.skipsVerification
        certificateAuthorityFile = spec.certificateAuthorityFile
        clientCertificateFile = spec.clientCertificateFile
        clientKeyFile = spec.clientKeyFile
    }
}

extension CohortSelector {
    /// The cohort of a destination.
    package init(_ destination: DestinationSpec) {
        self.init(
            workload: destination.workload,
            revision: destination.revision,
            subset: destination.subset
        )
    }
}
