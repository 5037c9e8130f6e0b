import CanaryCore
import CanaryQueries
import CanaryTelemetry
import CanaryTransport

/// The questions about both versions that stored telemetry is made of, for one spec.
struct StoredQuestions: Sendable {
    let client: PrometheusClient
    let configuration: CollectorConfiguration
    let podLabel: String
    let metrics: MetricQuestions
    private let texts: [Name: String]

    /// The built-in queries that are asked, by name.
    enum Name: String, Sendable, CaseIterable {
        case requestTotals = "request_totals"
        case latencyBuckets = "latency_buckets"
        case sampleTime = "sample_time"
        case podScrapes = "pod_scrapes"
        case processStart = "process_start"
        case targetsUp = "targets_up"
        case unattributedRequests = "unattributed_requests"

        /// Whether nothing can be said without it.
        var isNeeded: Bool {
            switch self {
            case .requestTotals, .latencyBuckets, .sampleTime: true
            case .podScrapes, .processStart, .targetsUp, .unattributedRequests: false
            }
        }
    }

    init(spec: CanarySpec, roles: Roles, queries: QuerySet, http: HTTPClient) throws(SourceError) {
        guard let server = spec.telemetry.prometheus else {
            throw SourceError(
                .badRoute,
                "the spec names no Prometheus server",
                hint: "set telemetry.prometheus.url, e.g. http://prometheus.istio-system:9090"
            )
        }
        let (stable, canary) =
            roles == .asNamed ? (spec.route.stable, spec.route.canary) : (spec.route.canary, spec.route.stable)
        client = PrometheusClient(server, http: http)
        podLabel = server.podLabel
        configuration = CollectorConfiguration(
            reporter: spec.telemetry.reporter,
            stable: CohortSelector(stable, namespace: spec.workloadNamespace(of: stable)),
            canary: CohortSelector(canary, namespace: spec.workloadNamespace(of: canary))
            // The queries filter by telemetry.match already, and what they aggregate does not have those labels any more.
        )
        let holes = queryHoles(spec, roles: roles)
        var texts: [Name: String] = [:]
        for name in Name.allCases {
            if name == .unattributedRequests, spec.telemetry.reporter == .destination { continue }
            guard let query = queries[name.rawValue] else {
                if name.isNeeded { throw SourceError(.badQuery, "there is no query '\(name.rawValue)'") }
                continue
            }
            do throws(QueryError) {
                texts[name] = try query.filled(holes)
            } catch {
                throw SourceError(.badQuery, error.description, hint: error.hint)
            }
        }
        self.texts = texts
        metrics = MetricQuestions(spec, holes: holes, stable: stable, canary: canary, queries: queries)
    }

    /// The text of a query with its holes filled; empty if it is not asked.
    func text(_ name: Name) -> String { texts[name] ?? "" }

    // MARK: Counters

    /// What the server has of both versions at some moments.
    struct Stretch: Sendable {
        var grid: PodGrid
        var receipt = PrometheusReceipt()
        /// What could not be asked, and is not needed.
        var notes: [String] = []
    }

    /// Asks everything at once.
    func stretch(_ times: TimeGrid, before end: ContinuousClock.Instant) async throws(SourceError) -> Stretch {
        let names = Name.allCases.filter { texts[$0] != nil }
        var answers: [Name: Result<SeriesList, SourceError>] = [:]
        await withTaskGroup(of: (Name, Result<SeriesList, SourceError>).self) { group in
            for name in names {
                let text = text(name)
                group.addTask { (name, await list(text, times, before: end)) }
            }
            for await (name, answer) in group { answers[name] = answer }
        }
        var stretch = Stretch(
            grid: PodGrid(configuration: configuration, podLabel: podLabel, times: times)
        )
        // In this order: what is about pods needs to know which pods there are.
        for name in names {
            guard let answer = answers[name] else { continue }
            do throws(SourceError) {
                let list = try answer.get()
                stretch.receipt.add(list.receipt)
                try add(list, of: name, to: &stretch.grid)
            } catch {
                if name.isNeeded || error.code == .duplicated { throw error }
                stretch.notes.append("the query \(name.rawValue) gave nothing: \(error.inOneLine)")
            }
        }
        if stretch.grid.hasSeries, !stretch.grid.hasSampleTimes {
            throw SourceError(
                .wrongAnswer,
                "\(client.server) has counters of both versions, but does not say when they were sampled",
                hint: "without that a value that is repeated cannot be told from no traffic",
                asked: PrometheusClient.shown(text(.sampleTime))
            )
        }
        return stretch
    }

    private func add(_ list: SeriesList, of name: Name, to grid: inout PodGrid) throws(SourceError) {
        if name == .podScrapes { return try refuseDuplicates(list) }
        for series in list.series {
            do throws(StoredDataError) {
                switch name {
                case .requestTotals, .unattributedRequests: try grid.addRequests(series)
                case .latencyBuckets: try grid.addBuckets(series)
                case .sampleTime: try grid.addSampleTimes(series)
                case .processStart: try grid.addProcessStarts(series)
                case .targetsUp: try grid.addTargets(series)
                case .podScrapes: break
                }
            } catch {
                throw SourceError(
                    .wrongAnswer,
                    "the query \(name.rawValue) at \(client.server) does not give what is needed (\(error.label))",
                    cause: "\(error.message); asked was: \(PrometheusClient.shown(text(name)))",
                    hint: error.hint
                )
            }
        }
    }

    /// A pod whose requests are in the answers more than once.
    private func refuseDuplicates(_ list: SeriesList) throws(SourceError) {
        let found = list.series.compactMap { series in
            series.values.filter { $0 > 1 && $0.isFinite }.max().map { (pod: series.label(podLabel) ?? "?", times: $0) }
        }
        guard let first = found.min(by: { $0.pod < $1.pod }) else { return }
        let others = found.count > 1 ? " and \(found.count - 1) more" : ""
        throw SourceError(
            .duplicated,
            "\(client.server) has the requests of \(first.pod)\(others) \(Phrase.count(first.times)) times, from as many scrapes: "
                + "each would be counted as often; asked was: \(PrometheusClient.shown(text(.podScrapes)))",
            hint: "choose one with telemetry.match, e.g. { job: NAME }, or let the server drop replicas"
        )
    }

    /// The series of an answer.
    struct SeriesList: Sendable {
        var series: [PrometheusSeries] = []
        var receipt = PrometheusReceipt()
    }

    func list(
        _ text: String,
        _ times: TimeGrid,
        before end: ContinuousClock.Instant
    ) async -> Result<SeriesList, SourceError> {
        var list = SeriesList()
        do throws(SourceError) {
            list.receipt = try await client.forEachSeries(
                text,
                from: Timestamp(milliseconds: times.first),
                to: Timestamp(milliseconds: times.last),
                step: .milliseconds(times.step),
                before: end
            ) { list.series.append($0) }
            return .success(list)
        } catch {
            return .failure(error)
        }
    }

    // MARK: The step

    /// A length of windows that every pod has a sample in, and why if it is not the one wanted.
    struct Step: Sendable {
        var length: Duration
        var note: String?
    }

    /// The step for data up to a moment: `interval`, or the next multiple of the scrape interval if that is longer.
    func step(
        wanted interval: Duration,
        at moment: Timestamp,
        before end: ContinuousClock.Instant
    ) async throws(SourceError) -> Step {
        let wanted = max(1, interval.wholeMilliseconds)
        guard let found = try await scrapeInterval(wanted, at: moment, before: end), found > 0 else {
            return Step(length: .milliseconds(wanted))
        }
        // Short intervals fit into any window; a long one must fit exactly.
        if found * 4 <= wanted || wanted % found == 0 { return Step(length: .milliseconds(wanted)) }
        let raised = (wanted + found - 1) / found * found
        let note =
            "windows are \(Self.shown(raised)) long instead of \(Self.shown(wanted)): "
            + "\(client.server) has a sample of each pod every \(Self.shown(found))"
        return Step(length: .milliseconds(raised), note: note)
    }

    /// Milliseconds between the samples of a pod; nil if there are no two that can be told apart.
    ///
    /// Asked finely of the last two minutes, then coarsely of the last twenty, for meshes that are scraped seldom. Never
    /// taken from a count of samples: a server that has just begun to scrape has few of them, close together.
    private func scrapeInterval(
        _ wanted: Int64,
        at moment: Timestamp,
        before end: ContinuousClock.Instant
    ) async throws(SourceError) -> Int64? {
        let fine = min(max(wanted, 200), 1000)
        if let found = try await sampleDistance(over: 120_000, every: fine, at: moment, before: end) { return found }
        return try await sampleDistance(over: 1_200_000, every: 10_000, at: moment, before: end)
    }

    /// The shortest distance of two samples of a pod in the last `span`, as far as looks `resolution` apart show it; all in
    /// milliseconds.
    private func sampleDistance(
        over span: Int64,
        every resolution: Int64,
        at moment: Timestamp,
        before end: ContinuousClock.Instant
    ) async throws(SourceError) -> Int64? {
        let first = moment.milliseconds - span
        guard let times = TimeGrid(first: first, step: resolution, count: Int(span / resolution) + 1)
        else { return nil }
        let list = try await list(text(.sampleTime), times, before: end).get()
        var shortest: Int64?
        for series in list.series {
            var before: Double?
            for value in series.values where value.isFinite && value.magnitude < 9e12 {
                if let before, value > before {
                    let distance = Int64(((value - before) * 1000).rounded())
                    if distance > 0 { shortest = min(shortest ?? distance, distance) }
                }
                before = value
            }
        }
        return shortest.map(Self.snapped)
    }

    /// Scrapes are some milliseconds early or late: a length within 2 % of whole seconds is that.
    private static func snapped(_ milliseconds: Int64) -> Int64 {
        let whole = (milliseconds + 500) / 1000 * 1000
        return whole > 0 && (whole - milliseconds).magnitude * 50 <= whole ? whole : milliseconds
    }

    private static func shown(_ milliseconds: Int64) -> String { Phrase.duration(Double(milliseconds) / 1000) }
}
