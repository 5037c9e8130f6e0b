package import CanaryCore
package import CanaryQueries
package import CanaryReport
package import CanarySources
import CanaryTelemetry

/// Asks what dashboards show for a time, to put it beside our own count.
package struct ViewSession: Sendable {
    private let spec: CanarySpec
    private let queries: QuerySet
    private let client: PrometheusClient

    /// - Parameters:
    ///   - spec: with its destinations as in the cluster and its variables expanded.
    ///   - client: the server that the spec names.
    package init(spec: CanarySpec, queries: QuerySet, client: PrometheusClient) {
        self.spec = spec
        self.queries = queries
        self.client = client
    }

    /// The longest period that dashboards' queries are asked for: beyond it they cost the server more than they say.
    package static let longestPeriod = Duration.seconds(31 * 86_400)

    /// The numbers of both versions over (from, to], ours from windows of that time.
    ///
    /// Ends within eight times the client's timeout. Nothing here fails: what a dashboard does not show is said in its place.
    ///
    /// - Parameter windows: of the same time with `roles`; nil if they could not be read.
    package func views(
        from: Timestamp,
        to: Timestamp,
        roles: Roles,
        windows: [TimedWindow]?
    ) async -> CompatibilityViews {
        let period = min(max(to.since(from), .milliseconds(1)), Self.longestPeriod)
        let begin = to.advanced(by: .zero - period)
        let judged = windows.map { $0.lazy.filter { $0.at > begin && $0.at <= to }.map(\.window) }
        let named = roles == .asNamed
        let sides: [(DestinationSpec, WindowQuality.Side)] = [
            (named ? spec.route.stable : spec.route.canary, .stable),
            (named ? spec.route.canary : spec.route.stable, .canary),
        ]
        var versions: [CompatibilityViews.Version] = []
        for (destination, side) in sides {
            var shown: [CompatibilityViews.Shown] = []
            for dashboard in CompatibilityViews.Dashboard.allCases {
                shown.append(await ask(dashboard, destination, roles, period, to))
            }
            versions.append(
                CompatibilityViews.Version(
                    label: destination.label,
                    ours: judged.map { AnswerCounts($0, of: side) },
                    shown: shown
                )
            )
        }
        return CompatibilityViews(versions: versions, period: period, at: to)
    }

    private func ask(
        _ dashboard: CompatibilityViews.Dashboard,
        _ destination: DestinationSpec,
        _ roles: Roles,
        _ period: Duration,
        _ at: Timestamp
    ) async -> CompatibilityViews.Shown {
        var holes = queryHoles(spec, roles: roles)
        holes["cohort"] = cohortMatchers(spec, destination)
        holes["period"] = .duration(period)
        var shown = CompatibilityViews.Shown(dashboard)
        let errors = await number(dashboard.errorsQuery, holes, at)
        let latency = await number(dashboard.latencyQuery, holes, at)
        switch errors {
        case .success(let number): shown = CompatibilityViews.Shown(dashboard, errors: number)
        case .failure(let fault): shown.fault = fault.text
        }
        if case .success(let number?) = latency, number.isFinite { shown.p99Milliseconds = number }
        return shown
    }

    private struct Fault: Error {
        var text: String
    }

    private func number(
        _ name: String,
        _ holes: [String: QueryHole],
        _ at: Timestamp
    ) async -> Result<Double?, Fault> {
        guard let query = queries[name] else { return .failure(Fault(text: "there is no query '\(name)'")) }
        do {
            let answer = try await client.instant(try query.filled(holes), at: at)
            if answer.series.isEmpty, answer.summary.single == nil { return .success(nil) }
            guard let number = answer.number else {
                return .failure(Fault(text: "'\(name)' answers \(answer.series.count) series instead of one number"))
            }
            return .success(number)
        } catch let error as SourceError {
            return .failure(Fault(text: error.cause.map { "\(error.message): \($0)" } ?? error.message))
        } catch {
            return .failure(Fault(text: "\(error)"))
        }
    }
}
