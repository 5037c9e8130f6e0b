import CanaryCore

/// The `objectives` section.
enum SpecObjectives {
    static func read(_ body: SpecReader.Section?, into objectives: inout Objectives, with reader: inout SpecReader) {
        let section = reader.section(body, "objectives", keys: SpecKeys.objectives)
        let errors = reader.section(section, "errors", keys: SpecKeys.errors)
        if let tolerance = reader.share(
            errors,
            "tolerance",
            unit: .points,
            atMost: 0.5,
            isOpenBelow: false,
            why: "it is the additional share of failed requests that is put up with"
        ) {
            objectives.errors.tolerance = tolerance
        }
        if let budget = reader.share(
            errors,
            "budget",
            unit: .points,
            atMost: 0.5,
            isOpenBelow: true,
            why: "that nothing at all got worse can never be proved"
        ) {
            objectives.errors.budget = budget
        }
        if let ratio = reader.number(
            errors,
            "ratio",
            atLeast: 1,
            atMost: 100,
            why: "1 is no worse at all, 1.1 is ten percent more failures"
        ) {
            objectives.errors.ratio = ratio
        }
        if let ratio = reader.number(
            errors,
            "budgetRatio",
            atLeast: 1,
            atMost: 100,
            why: "1 is no worse at all, 1.25 is a quarter more failures"
        ) {
            objectives.errors.budgetRatio = ratio
        }
        let latency = reader.section(section, "latency", keys: SpecKeys.latency)
        if let tolerance = reader.share(
            latency,
            "tolerance",
            unit: .percent,
            atMost: 10,
            isOpenBelow: false,
            why: "it is how much slower the canary may be before it is rolled back"
        ) {
            objectives.latency.tolerance = tolerance
        }
        if let budget = reader.share(
            latency,
            "budget",
            unit: .percent,
            atMost: 10,
            isOpenBelow: true,
            why: "that nothing at all got slower can never be proved"
        ) {
            objectives.latency.budget = budget
        }
        if let metrics = metrics(section, with: &reader) { objectives.metrics = metrics }
        objectives.service = service(section, with: &reader) ?? objectives.service
    }

    private static func metrics(_ section: SpecReader.Section?, with reader: inout SpecReader) -> [MetricObjective]? {
        let example = "[{ query: checkout_failures, tolerance: 0.5pp }]"
        guard let items = reader.list(section, "metrics", example: example) else { return nil }
        if items.count > 16, let node = section?.node["metrics"] {
            reader.fail("objectives.metrics must hold at most 16 metrics, not \(items.count)", at: node)
        }
        var metrics: [MetricObjective] = []
        for (path, node) in items.prefix(16) {
            guard let metric = reader.section(node, path: path, keys: SpecKeys.metric) else { continue }
            reader.require(metric, "query", "it is the name of a file in the folder of queries, without .promql")
            reader.require(metric, "tolerance", "it is how much worse the canary may be, like 0.5pp or 10%")
            guard let query = reader.text(metric, "query", "the name of a query"),
                let tolerance = tolerance(metric, with: &reader)
            else { continue }
            if metrics.contains(where: { $0.query == query }) {
                reader.fail("\(path).query is listed twice", at: node)
            }
            metrics.append(MetricObjective(query: query, tolerance: tolerance))
        }
        return metrics
    }

    /// `0.5pp` of a ratio or a histogram, `10%` of a gauge: both are shares.
    private static func tolerance(_ metric: SpecReader.Section, with reader: inout SpecReader) -> Double? {
        let isPoints = metric.node["tolerance"]?.scalar.map { $0.hasSuffix("pp") } ?? false
        return reader.share(
            metric,
            "tolerance",
            unit: isPoints ? .points : .percent,
            atMost: isPoints ? 0.5 : 10,
            isOpenBelow: false,
            why: "it is how much worse the canary may be before it is rolled back"
        )
    }

    private static func service(_ section: SpecReader.Section?, with reader: inout SpecReader) -> ServiceObjective? {
        guard let service = reader.section(section, "service", keys: SpecKeys.service) else { return nil }
        let success = reader.success(service)
        let period = reader.duration(
            service,
            "period",
            atLeast: .seconds(3600),
            atMost: .seconds(366 * 86_400),
            why: "it is the time over which the objective is agreed"
        )
        guard let success else { return nil }
        return period.map { ServiceObjective(success: success, period: $0) } ?? ServiceObjective(success: success)
    }
}
