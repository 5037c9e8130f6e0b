package import CanaryCore
package import CanaryTelemetry
package import CanaryTransport

/// Scrapes expositions over HTTP: one round asks all targets at once.
///
/// Who is asked is decided anew for each round. Each scrape has a deadline and a size limit; at most 64 are under way,
/// and all their pages together are bounded (`PageAllowances`). The round has a limit, too: twice a scrape's. Pages are
/// parsed away from the caller's task.
package actor ScrapeSource: TelemetrySource {
    private let provider: any TargetProvider
    private let client: HTTPClient
    private let roles: Roles
    private let patience: Duration
    private var collector: TelemetryCollector
    private var allowances: PageAllowances
    /// Where the next round begins, so that it is not always the same targets that a slow round leaves out.
    private var first = 0

    /// A source for a run over the targets that the spec lists: `roles` decides which cohort is stable.
    package init(spec: CanarySpec, roles: Roles, client: HTTPClient) {
        let fixed = ScrapeTarget.named(spec.telemetry.targets, telemetry: spec.telemetry)
        self.init(spec: spec, roles: roles, client: client, targets: FixedTargets(fixed))
    }

    /// A source for a run over targets that come and go.
    ///
    /// - Parameter roundBytes: the most bytes of all pages under way.
    package init(
        spec: CanarySpec,
        roles: Roles,
        client: HTTPClient,
        targets: any TargetProvider,
        roundBytes: Int = 256_000_000
    ) {
        provider = targets
        self.client = client
        self.roles = roles
        patience = spec.telemetry.timeout
        allowances = PageAllowances(budget: roundBytes)
        let (stable, canary) =
            roles == .asNamed ? (spec.route.stable, spec.route.canary) : (spec.route.canary, spec.route.stable)
        collector = TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: spec.telemetry.reporter,
                stable: CohortSelector(stable, namespace: spec.workloadNamespace(of: stable)),
                canary: CohortSelector(canary, namespace: spec.workloadNamespace(of: canary)),
                match: spec.telemetry.match
            )
        )
    }

    package func observe(seconds: Double) async -> Window {
        let end = ContinuousClock.now + patience * 2
        let list = await provider.targets()
        collector.expect(list.targets.map { $0.expectation(roles) })
        allowances.begin(list.targets.map(\.name), inFlight: Self.mostInFlight)
        let failures = await ask(list.targets, before: end)
        await report(failures, of: list.targets)

        var window = collector.endRound(seconds: seconds)
        if !list.faults.isEmpty {
            window.quality.faults = Array((list.faults + window.quality.faults).prefix(Self.mostFaults))
        }
        return window
    }

    /// Asks the targets and gives their pages to the collector.
    ///
    /// - Returns: those that gave none.
    private func ask(_ targets: [ScrapeTarget], before end: ContinuousClock.Instant) async -> [Scrape] {
        let start = targets.isEmpty ? 0 : first % targets.count
        first = targets.isEmpty ? 0 : (start + Self.mostInFlight) % targets.count
        let order = Array(targets[start...] + targets[..<start])
        var queue = ScrapeQueue(order, allowances, mostInFlight: Self.mostInFlight)
        var failures: [Scrape] = []
        let configuration = collector.configuration
        let client = self.client
        await withTaskGroup(of: Scrape.self) { group in
            func addNext() {
                while let (target, bytes) = queue.take(allowances) {
                    group.addTask {
                        await Scrape.run(target, mostBytes: bytes, client, configuration, before: end)
                    }
                }
            }
            addNext()
            while let scrape = await group.next() {
                queue.release(scrape.mostBytes)
                switch scrape.answer {
                case .page(let reading, let size):
                    allowances.note(scrape.target.name, size: size)
                    collector.ingest(reading: reading, from: scrape.target.name)
                case .failed("too-large", _) where allowances.noteTooLarge(scrape.target.name) && end > .now:
                    queue.retry(scrape.target)
                case .failed: failures.append(scrape)
                }
                addNext()
            }
        }
        return failures
    }

    /// Tells the collector of the failures, as the targets are by now.
    private func report(_ failures: [Scrape], of asked: [ScrapeTarget]) async {
        guard !failures.isEmpty else { return }
        var now: [String: ScrapeTarget] = [:]
        for target in await provider.targets().targets { now[target.name] = target }
        collector.expect(
            asked.compactMap { target in
                guard let present = now[target.name], present.incarnation == target.incarnation else { return nil }
                // A pod that became ready only now was allowed to be silent when it was asked.
                let isExpected = target.mustAnswer && present.mustAnswer
                var expectation = target.expectation(roles)
                expectation.mustAnswer = isExpected
                return expectation
            }
        )
        for scrape in failures {
            guard let present = now[scrape.target.name], present.incarnation == scrape.target.incarnation,
                case .failed(let label, let message) = scrape.answer
            else { continue }
            collector.fail(target: scrape.target.name, label: label, message: message)
        }
    }

    private static let mostInFlight = 64
    private static let mostFaults = 64
}
